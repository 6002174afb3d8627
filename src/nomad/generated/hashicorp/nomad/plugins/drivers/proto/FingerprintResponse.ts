// Original file: src/nomad/proto/driver.proto

import type { Attribute as _hashicorp_nomad_plugins_shared_structs_Attribute, Attribute__Output as _hashicorp_nomad_plugins_shared_structs_Attribute__Output } from '../../../../../hashicorp/nomad/plugins/shared/structs/Attribute.ts';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState = {
  UNDETECTED: 'UNDETECTED',
  UNHEALTHY: 'UNHEALTHY',
  HEALTHY: 'HEALTHY',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState =
  | 'UNDETECTED'
  | 0
  | 'UNHEALTHY'
  | 1
  | 'HEALTHY'
  | 2

export type _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState__Output = typeof _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState[keyof typeof _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState]

export interface FingerprintResponse {
  'attributes'?: ({[key: string]: _hashicorp_nomad_plugins_shared_structs_Attribute});
  'health'?: (_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState);
  'health_description'?: (string);
  'err'?: (string);
}

export interface FingerprintResponse__Output {
  'attributes': ({[key: string]: _hashicorp_nomad_plugins_shared_structs_Attribute__Output});
  'health': (_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse_HealthState__Output);
  'health_description': (string);
  'err': (string);
}
