// Original file: src/nomad/proto/driver.proto

import type { Long } from '@grpc/proto-loader';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields = {
  SYSTEM_MODE: 'SYSTEM_MODE',
  USER_MODE: 'USER_MODE',
  TOTAL_TICKS: 'TOTAL_TICKS',
  THROTTLED_PERIODS: 'THROTTLED_PERIODS',
  THROTTLED_TIME: 'THROTTLED_TIME',
  PERCENT: 'PERCENT',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields =
  | 'SYSTEM_MODE'
  | 0
  | 'USER_MODE'
  | 1
  | 'TOTAL_TICKS'
  | 2
  | 'THROTTLED_PERIODS'
  | 3
  | 'THROTTLED_TIME'
  | 4
  | 'PERCENT'
  | 5

export type _hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields__Output = typeof _hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields[keyof typeof _hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields]

export interface CPUUsage {
  'system_mode'?: (number | string);
  'user_mode'?: (number | string);
  'total_ticks'?: (number | string);
  'throttled_periods'?: (number | string | Long);
  'throttled_time'?: (number | string | Long);
  'percent'?: (number | string);
  'measured_fields'?: (_hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields)[];
}

export interface CPUUsage__Output {
  'system_mode': (number);
  'user_mode': (number);
  'total_ticks': (number);
  'throttled_periods': (number);
  'throttled_time': (number);
  'percent': (number);
  'measured_fields': (_hashicorp_nomad_plugins_drivers_proto_CPUUsage_Fields__Output)[];
}
