// Original file: src/nomad/proto/driver.proto

import type { AllocatedCpuResources as _hashicorp_nomad_plugins_drivers_proto_AllocatedCpuResources, AllocatedCpuResources__Output as _hashicorp_nomad_plugins_drivers_proto_AllocatedCpuResources__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/AllocatedCpuResources.ts';
import type { AllocatedMemoryResources as _hashicorp_nomad_plugins_drivers_proto_AllocatedMemoryResources, AllocatedMemoryResources__Output as _hashicorp_nomad_plugins_drivers_proto_AllocatedMemoryResources__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/AllocatedMemoryResources.ts';
import type { NetworkResource as _hashicorp_nomad_plugins_drivers_proto_NetworkResource, NetworkResource__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkResource__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkResource.ts';

export interface AllocatedTaskResources {
  'cpu'?: (_hashicorp_nomad_plugins_drivers_proto_AllocatedCpuResources | null);
  'memory'?: (_hashicorp_nomad_plugins_drivers_proto_AllocatedMemoryResources | null);
  'networks'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkResource)[];
}

export interface AllocatedTaskResources__Output {
  'cpu': (_hashicorp_nomad_plugins_drivers_proto_AllocatedCpuResources__Output | null);
  'memory': (_hashicorp_nomad_plugins_drivers_proto_AllocatedMemoryResources__Output | null);
  'networks': (_hashicorp_nomad_plugins_drivers_proto_NetworkResource__Output)[];
}
