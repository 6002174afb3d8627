// Original file: src/nomad/proto/driver.proto

import type { TaskHandle as _hashicorp_nomad_plugins_drivers_proto_TaskHandle, TaskHandle__Output as _hashicorp_nomad_plugins_drivers_proto_TaskHandle__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import type { NetworkOverride as _hashicorp_nomad_plugins_drivers_proto_NetworkOverride, NetworkOverride__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkOverride__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkOverride.ts';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result = {
  SUCCESS: 'SUCCESS',
  RETRY: 'RETRY',
  FATAL: 'FATAL',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result =
  | 'SUCCESS'
  | 0
  | 'RETRY'
  | 1
  | 'FATAL'
  | 2

export type _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result__Output = typeof _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result[keyof typeof _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result]

export interface StartTaskResponse {
  'result'?: (_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result);
  'driver_error_msg'?: (string);
  'handle'?: (_hashicorp_nomad_plugins_drivers_proto_TaskHandle | null);
  'network_override'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkOverride | null);
}

export interface StartTaskResponse__Output {
  'result': (_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse_Result__Output);
  'driver_error_msg': (string);
  'handle': (_hashicorp_nomad_plugins_drivers_proto_TaskHandle__Output | null);
  'network_override': (_hashicorp_nomad_plugins_drivers_proto_NetworkOverride__Output | null);
}
