// Original file: src/nomad/proto/driver.proto

import type { TaskHandle as _hashicorp_nomad_plugins_drivers_proto_TaskHandle, TaskHandle__Output as _hashicorp_nomad_plugins_drivers_proto_TaskHandle__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';

export interface RecoverTaskRequest {
  'task_id'?: (string);
  'handle'?: (_hashicorp_nomad_plugins_drivers_proto_TaskHandle | null);
}

export interface RecoverTaskRequest__Output {
  'task_id': (string);
  'handle': (_hashicorp_nomad_plugins_drivers_proto_TaskHandle__Output | null);
}
