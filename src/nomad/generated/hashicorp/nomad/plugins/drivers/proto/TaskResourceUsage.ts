// Original file: src/nomad/proto/driver.proto

import type { CPUUsage as _hashicorp_nomad_plugins_drivers_proto_CPUUsage, CPUUsage__Output as _hashicorp_nomad_plugins_drivers_proto_CPUUsage__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/CPUUsage.ts';
import type { MemoryUsage as _hashicorp_nomad_plugins_drivers_proto_MemoryUsage, MemoryUsage__Output as _hashicorp_nomad_plugins_drivers_proto_MemoryUsage__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/MemoryUsage.ts';

export interface TaskResourceUsage {
  'cpu'?: (_hashicorp_nomad_plugins_drivers_proto_CPUUsage | null);
  'memory'?: (_hashicorp_nomad_plugins_drivers_proto_MemoryUsage | null);
}

export interface TaskResourceUsage__Output {
  'cpu': (_hashicorp_nomad_plugins_drivers_proto_CPUUsage__Output | null);
  'memory': (_hashicorp_nomad_plugins_drivers_proto_MemoryUsage__Output | null);
}
