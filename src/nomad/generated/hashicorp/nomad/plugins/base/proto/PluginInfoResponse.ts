// Original file: src/nomad/proto/base.proto

import type { PluginType as _hashicorp_nomad_plugins_base_proto_PluginType, PluginType__Output as _hashicorp_nomad_plugins_base_proto_PluginType__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/PluginType.ts';

export interface PluginInfoResponse {
  'type'?: (_hashicorp_nomad_plugins_base_proto_PluginType);
  'plugin_api_versions'?: (string)[];
  'plugin_version'?: (string);
  'name'?: (string);
}

export interface PluginInfoResponse__Output {
  'type': (_hashicorp_nomad_plugins_base_proto_PluginType__Output);
  'plugin_api_versions': (string)[];
  'plugin_version': (string);
  'name': (string);
}
