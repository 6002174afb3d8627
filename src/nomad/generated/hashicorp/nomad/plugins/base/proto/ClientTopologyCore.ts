// Original file: src/nomad/proto/base.proto

import type { CoreGrade as _hashicorp_nomad_plugins_base_proto_CoreGrade, CoreGrade__Output as _hashicorp_nomad_plugins_base_proto_CoreGrade__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/CoreGrade.ts';
import type { Long } from '@grpc/proto-loader';

export interface ClientTopologyCore {
  'socket_id'?: (number);
  'node_id'?: (number);
  'core_id'?: (number);
  'core_grade'?: (_hashicorp_nomad_plugins_base_proto_CoreGrade);
  'disable'?: (boolean);
  'base_speed'?: (number | string | Long);
  'max_speed'?: (number | string | Long);
  'guess_speed'?: (number | string | Long);
}

export interface ClientTopologyCore__Output {
  'socket_id': (number);
  'node_id': (number);
  'core_id': (number);
  'core_grade': (_hashicorp_nomad_plugins_base_proto_CoreGrade__Output);
  'disable': (boolean);
  'base_speed': (number);
  'max_speed': (number);
  'guess_speed': (number);
}
