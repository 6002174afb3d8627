// Original file: src/nomad/proto/driver.proto

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../../../../google/protobuf/Duration.ts';

export interface StopTaskRequest {
  'task_id'?: (string);
  'timeout'?: (_google_protobuf_Duration | null);
  'signal'?: (string);
}

export interface StopTaskRequest__Output {
  'task_id': (string);
  'timeout': (_google_protobuf_Duration__Output | null);
  'signal': (string);
}
