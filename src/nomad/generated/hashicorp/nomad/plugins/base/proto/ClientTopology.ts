// Original file: src/nomad/proto/base.proto

import type { ClientTopologySLIT as _hashicorp_nomad_plugins_base_proto_ClientTopologySLIT, ClientTopologySLIT__Output as _hashicorp_nomad_plugins_base_proto_ClientTopologySLIT__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/ClientTopologySLIT.ts';
import type { ClientTopologyCore as _hashicorp_nomad_plugins_base_proto_ClientTopologyCore, ClientTopologyCore__Output as _hashicorp_nomad_plugins_base_proto_ClientTopologyCore__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/ClientTopologyCore.ts';
import type { Long } from '@grpc/proto-loader';

export interface ClientTopology {
  'node_ids'?: (number)[];
  'distances'?: (_hashicorp_nomad_plugins_base_proto_ClientTopologySLIT | null);
  'cores'?: (_hashicorp_nomad_plugins_base_proto_ClientTopologyCore)[];
  'override_total_compute'?: (number | string | Long);
  'override_withold_compute'?: (number | string | Long);
}

export interface ClientTopology__Output {
  'node_ids': (number)[];
  'distances': (_hashicorp_nomad_plugins_base_proto_ClientTopologySLIT__Output | null);
  'cores': (_hashicorp_nomad_plugins_base_proto_ClientTopologyCore__Output)[];
  'override_total_compute': (number);
  'override_withold_compute': (number);
}
