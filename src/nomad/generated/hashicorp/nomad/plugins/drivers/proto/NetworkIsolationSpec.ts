// Original file: src/nomad/proto/driver.proto

import type { HostsConfig as _hashicorp_nomad_plugins_drivers_proto_HostsConfig, HostsConfig__Output as _hashicorp_nomad_plugins_drivers_proto_HostsConfig__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/HostsConfig.ts';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode = {
  HOST: 'HOST',
  GROUP: 'GROUP',
  TASK: 'TASK',
  NONE: 'NONE',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode =
  | 'HOST'
  | 0
  | 'GROUP'
  | 1
  | 'TASK'
  | 2
  | 'NONE'
  | 3

export type _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode__Output = typeof _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode[keyof typeof _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode]

export interface NetworkIsolationSpec {
  'mode'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode);
  'path'?: (string);
  'labels'?: ({[key: string]: string});
  'hostsConfig'?: (_hashicorp_nomad_plugins_drivers_proto_HostsConfig | null);
}

export interface NetworkIsolationSpec__Output {
  'mode': (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec_NetworkIsolationMode__Output);
  'path': (string);
  'labels': ({[key: string]: string});
  'hostsConfig': (_hashicorp_nomad_plugins_drivers_proto_HostsConfig__Output | null);
}
