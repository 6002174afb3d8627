// Original file: src/nomad/proto/base.proto

import type { NomadConfig as _hashicorp_nomad_plugins_base_proto_NomadConfig, NomadConfig__Output as _hashicorp_nomad_plugins_base_proto_NomadConfig__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/NomadConfig.ts';

export interface SetConfigRequest {
  'msgpack_config'?: (Buffer | Uint8Array | string);
  'nomad_config'?: (_hashicorp_nomad_plugins_base_proto_NomadConfig | null);
  'plugin_api_version'?: (string);
}

export interface SetConfigRequest__Output {
  'msgpack_config': (Buffer);
  'nomad_config': (_hashicorp_nomad_plugins_base_proto_NomadConfig__Output | null);
  'plugin_api_version': (string);
}
