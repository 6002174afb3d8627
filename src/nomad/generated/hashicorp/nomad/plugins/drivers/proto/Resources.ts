// Original file: src/nomad/proto/driver.proto

import type { AllocatedTaskResources as _hashicorp_nomad_plugins_drivers_proto_AllocatedTaskResources, AllocatedTaskResources__Output as _hashicorp_nomad_plugins_drivers_proto_AllocatedTaskResources__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/AllocatedTaskResources.ts';
import type { LinuxResources as _hashicorp_nomad_plugins_drivers_proto_LinuxResources, LinuxResources__Output as _hashicorp_nomad_plugins_drivers_proto_LinuxResources__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/LinuxResources.ts';
import type { PortMapping as _hashicorp_nomad_plugins_drivers_proto_PortMapping, PortMapping__Output as _hashicorp_nomad_plugins_drivers_proto_PortMapping__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/PortMapping.ts';

export interface Resources {
  'allocated_resources'?: (_hashicorp_nomad_plugins_drivers_proto_AllocatedTaskResources | null);
  'linux_resources'?: (_hashicorp_nomad_plugins_drivers_proto_LinuxResources | null);
  'ports'?: (_hashicorp_nomad_plugins_drivers_proto_PortMapping)[];
}

export interface Resources__Output {
  'allocated_resources': (_hashicorp_nomad_plugins_drivers_proto_AllocatedTaskResources__Output | null);
  'linux_resources': (_hashicorp_nomad_plugins_drivers_proto_LinuxResources__Output | null);
  'ports': (_hashicorp_nomad_plugins_drivers_proto_PortMapping__Output)[];
}
