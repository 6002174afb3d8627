// Original file: src/nomad/proto/driver.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../../../google/protobuf/Timestamp.ts';

export interface DriverTaskEvent {
  'task_id'?: (string);
  'alloc_id'?: (string);
  'task_name'?: (string);
  'timestamp'?: (_google_protobuf_Timestamp | null);
  'message'?: (string);
  'annotations'?: ({[key: string]: string});
}

export interface DriverTaskEvent__Output {
  'task_id': (string);
  'alloc_id': (string);
  'task_name': (string);
  'timestamp': (_google_protobuf_Timestamp__Output | null);
  'message': (string);
  'annotations': ({[key: string]: string});
}
