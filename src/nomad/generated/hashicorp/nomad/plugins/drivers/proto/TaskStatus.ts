// Original file: src/nomad/proto/driver.proto

import type { TaskState as _hashicorp_nomad_plugins_drivers_proto_TaskState, TaskState__Output as _hashicorp_nomad_plugins_drivers_proto_TaskState__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskState.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../../../google/protobuf/Timestamp.ts';
import type { ExitResult as _hashicorp_nomad_plugins_drivers_proto_ExitResult, ExitResult__Output as _hashicorp_nomad_plugins_drivers_proto_ExitResult__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExitResult.ts';

export interface TaskStatus {
  'id'?: (string);
  'name'?: (string);
  'state'?: (_hashicorp_nomad_plugins_drivers_proto_TaskState);
  'started_at'?: (_google_protobuf_Timestamp | null);
  'completed_at'?: (_google_protobuf_Timestamp | null);
  'result'?: (_hashicorp_nomad_plugins_drivers_proto_ExitResult | null);
}

export interface TaskStatus__Output {
  'id': (string);
  'name': (string);
  'state': (_hashicorp_nomad_plugins_drivers_proto_TaskState__Output);
  'started_at': (_google_protobuf_Timestamp__Output | null);
  'completed_at': (_google_protobuf_Timestamp__Output | null);
  'result': (_hashicorp_nomad_plugins_drivers_proto_ExitResult__Output | null);
}
