// Original file: src/nomad/proto/driver.proto

import type { Resources as _hashicorp_nomad_plugins_drivers_proto_Resources, Resources__Output as _hashicorp_nomad_plugins_drivers_proto_Resources__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/Resources.ts';
import type { Mount as _hashicorp_nomad_plugins_drivers_proto_Mount, Mount__Output as _hashicorp_nomad_plugins_drivers_proto_Mount__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/Mount.ts';
import type { Device as _hashicorp_nomad_plugins_drivers_proto_Device, Device__Output as _hashicorp_nomad_plugins_drivers_proto_Device__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/Device.ts';
import type { NetworkIsolationSpec as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec, NetworkIsolationSpec__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkIsolationSpec.ts';
import type { DNSConfig as _hashicorp_nomad_plugins_drivers_proto_DNSConfig, DNSConfig__Output as _hashicorp_nomad_plugins_drivers_proto_DNSConfig__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DNSConfig.ts';

export interface TaskConfig {
  'id'?: (string);
  'name'?: (string);
  'msgpack_driver_config'?: (Buffer | Uint8Array | string);
  'env'?: ({[key: string]: string});
  'device_env'?: ({[key: string]: string});
  'resources'?: (_hashicorp_nomad_plugins_drivers_proto_Resources | null);
  'mounts'?: (_hashicorp_nomad_plugins_drivers_proto_Mount)[];
  'devices'?: (_hashicorp_nomad_plugins_drivers_proto_Device)[];
  'user'?: (string);
  'alloc_dir'?: (string);
  'stdout_path'?: (string);
  'stderr_path'?: (string);
  'task_group_name'?: (string);
  'job_name'?: (string);
  'alloc_id'?: (string);
  'network_isolation_spec'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec | null);
  'dns'?: (_hashicorp_nomad_plugins_drivers_proto_DNSConfig | null);
  'job_id'?: (string);
  'namespace'?: (string);
  'node_name'?: (string);
  'node_id'?: (string);
  'parent_job_id'?: (string);
}

export interface TaskConfig__Output {
  'id': (string);
  'name': (string);
  'msgpack_driver_config': (Buffer);
  'env': ({[key: string]: string});
  'device_env': ({[key: string]: string});
  'resources': (_hashicorp_nomad_plugins_drivers_proto_Resources__Output | null);
  'mounts': (_hashicorp_nomad_plugins_drivers_proto_Mount__Output)[];
  'devices': (_hashicorp_nomad_plugins_drivers_proto_Device__Output)[];
  'user': (string);
  'alloc_dir': (string);
  'stdout_path': (string);
  'stderr_path': (string);
  'task_group_name': (string);
  'job_name': (string);
  'alloc_id': (string);
  'network_isolation_spec': (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output | null);
  'dns': (_hashicorp_nomad_plugins_drivers_proto_DNSConfig__Output | null);
  'job_id': (string);
  'namespace': (string);
  'node_name': (string);
  'node_id': (string);
  'parent_job_id': (string);
}
