// Original file: src/nomad/proto/base.proto

import type { NomadDriverConfig as _hashicorp_nomad_plugins_base_proto_NomadDriverConfig, NomadDriverConfig__Output as _hashicorp_nomad_plugins_base_proto_NomadDriverConfig__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/NomadDriverConfig.ts';

export interface NomadConfig {
  'driver'?: (_hashicorp_nomad_plugins_base_proto_NomadDriverConfig | null);
}

export interface NomadConfig__Output {
  'driver': (_hashicorp_nomad_plugins_base_proto_NomadDriverConfig__Output | null);
}
