// Original file: src/nomad/proto/driver.proto

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../../../../google/protobuf/Duration.ts';

export interface ExecTaskRequest {
  'task_id'?: (string);
  'command'?: (string)[];
  'timeout'?: (_google_protobuf_Duration | null);
}

export interface ExecTaskRequest__Output {
  'task_id': (string);
  'command': (string)[];
  'timeout': (_google_protobuf_Duration__Output | null);
}
