// Original file: src/nomad/proto/driver.proto

import type { Long } from '@grpc/proto-loader';

export interface AllocatedCpuResources {
  'cpu_shares'?: (number | string | Long);
}

export interface AllocatedCpuResources__Output {
  'cpu_shares': (number);
}
