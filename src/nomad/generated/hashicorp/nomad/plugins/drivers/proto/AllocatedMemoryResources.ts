// Original file: src/nomad/proto/driver.proto

import type { Long } from '@grpc/proto-loader';

export interface AllocatedMemoryResources {
  'memory_mb'?: (number | string | Long);
  'memory_max_mb'?: (number | string | Long);
}

export interface AllocatedMemoryResources__Output {
  'memory_mb': (number);
  'memory_max_mb': (number);
}
