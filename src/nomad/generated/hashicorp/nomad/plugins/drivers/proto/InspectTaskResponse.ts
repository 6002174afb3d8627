// Original file: src/nomad/proto/driver.proto

import type { TaskStatus as _hashicorp_nomad_plugins_drivers_proto_TaskStatus, TaskStatus__Output as _hashicorp_nomad_plugins_drivers_proto_TaskStatus__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskStatus.ts';
import type { TaskDriverStatus as _hashicorp_nomad_plugins_drivers_proto_TaskDriverStatus, TaskDriverStatus__Output as _hashicorp_nomad_plugins_drivers_proto_TaskDriverStatus__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskDriverStatus.ts';
import type { NetworkOverride as _hashicorp_nomad_plugins_drivers_proto_NetworkOverride, NetworkOverride__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkOverride__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkOverride.ts';

export interface InspectTaskResponse {
  'task'?: (_hashicorp_nomad_plugins_drivers_proto_TaskStatus | null);
  'driver'?: (_hashicorp_nomad_plugins_drivers_proto_TaskDriverStatus | null);
  'network_override'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkOverride | null);
}

export interface InspectTaskResponse__Output {
  'task': (_hashicorp_nomad_plugins_drivers_proto_TaskStatus__Output | null);
  'driver': (_hashicorp_nomad_plugins_drivers_proto_TaskDriverStatus__Output | null);
  'network_override': (_hashicorp_nomad_plugins_drivers_proto_NetworkOverride__Output | null);
}
