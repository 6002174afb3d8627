// Original file: src/nomad/proto/driver.proto

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../../../../google/protobuf/Duration.ts';

export interface TaskStatsRequest {
  'task_id'?: (string);
  'collection_interval'?: (_google_protobuf_Duration | null);
}

export interface TaskStatsRequest__Output {
  'task_id': (string);
  'collection_interval': (_google_protobuf_Duration__Output | null);
}
