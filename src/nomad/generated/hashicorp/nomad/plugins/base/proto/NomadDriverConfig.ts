// Original file: src/nomad/proto/base.proto

import type { ClientTopology as _hashicorp_nomad_plugins_base_proto_ClientTopology, ClientTopology__Output as _hashicorp_nomad_plugins_base_proto_ClientTopology__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/ClientTopology.ts';

export interface NomadDriverConfig {
  'ClientMaxPort'?: (number);
  'ClientMinPort'?: (number);
  'Topology'?: (_hashicorp_nomad_plugins_base_proto_ClientTopology | null);
}

export interface NomadDriverConfig__Output {
  'ClientMaxPort': (number);
  'ClientMinPort': (number);
  'Topology': (_hashicorp_nomad_plugins_base_proto_ClientTopology__Output | null);
}
