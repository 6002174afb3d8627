// Original file: src/nomad/proto/driver.proto

import type { TaskConfig as _hashicorp_nomad_plugins_drivers_proto_TaskConfig, TaskConfig__Output as _hashicorp_nomad_plugins_drivers_proto_TaskConfig__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';

export interface StartTaskRequest {
  'task'?: (_hashicorp_nomad_plugins_drivers_proto_TaskConfig | null);
}

export interface StartTaskRequest__Output {
  'task': (_hashicorp_nomad_plugins_drivers_proto_TaskConfig__Output | null);
}
