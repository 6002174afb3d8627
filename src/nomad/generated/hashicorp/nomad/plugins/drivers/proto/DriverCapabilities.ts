// Original file: src/nomad/proto/driver.proto

import type { _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode, _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkIsolationSpec.ts';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation = {
  NONE: 'NONE',
  CHROOT: 'CHROOT',
  IMAGE: 'IMAGE',
  UNVEIL: 'UNVEIL',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation =
  | 'NONE'
  | 0
  | 'CHROOT'
  | 1
  | 'IMAGE'
  | 2
  | 'UNVEIL'
  | 3

export type _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation__Output = typeof _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation[keyof typeof _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation]

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs = {
  UNKNOWN_MOUNTS: 'UNKNOWN_MOUNTS',
  ANY_MOUNTS: 'ANY_MOUNTS',
  NO_MOUNTS: 'NO_MOUNTS',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs =
  | 'UNKNOWN_MOUNTS'
  | 0
  | 'ANY_MOUNTS'
  | 0
  | 'NO_MOUNTS'
  | 1

export type _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs__Output = typeof _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs[keyof typeof _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs]

export interface DriverCapabilities {
  'send_signals'?: (boolean);
  'exec'?: (boolean);
  'fs_isolation'?: (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation);
  'network_isolation_modes'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode)[];
  'must_create_network'?: (boolean);
  'mount_configs'?: (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs);
  'remote_tasks'?: (boolean);
  'disable_log_collection'?: (boolean);
  'dynamic_workload_users'?: (boolean);
}

export interface DriverCapabilities__Output {
  'send_signals': (boolean);
  'exec': (boolean);
  'fs_isolation': (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_FSIsolation__Output);
  'network_isolation_modes': (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode__Output)[];
  'must_create_network': (boolean);
  'mount_configs': (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities_MountConfigs__Output);
  'remote_tasks': (boolean);
  'disable_log_collection': (boolean);
  'dynamic_workload_users': (boolean);
}
