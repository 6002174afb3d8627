// Original file: src/nomad/proto/driver.proto

import type { TaskConfig as _hashicorp_nomad_plugins_drivers_proto_TaskConfig, TaskConfig__Output as _hashicorp_nomad_plugins_drivers_proto_TaskConfig__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import type { TaskState as _hashicorp_nomad_plugins_drivers_proto_TaskState, TaskState__Output as _hashicorp_nomad_plugins_drivers_proto_TaskState__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskState.ts';

export interface TaskHandle {
  'version'?: (number);
  'config'?: (_hashicorp_nomad_plugins_drivers_proto_TaskConfig | null);
  'state'?: (_hashicorp_nomad_plugins_drivers_proto_TaskState);
  'driver_state'?: (Buffer | Uint8Array | string);
}

export interface TaskHandle__Output {
  'version': (number);
  'config': (_hashicorp_nomad_plugins_drivers_proto_TaskConfig__Output | null);
  'state': (_hashicorp_nomad_plugins_drivers_proto_TaskState__Output);
  'driver_state': (Buffer);
}
