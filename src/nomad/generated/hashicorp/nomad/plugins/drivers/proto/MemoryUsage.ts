// Original file: src/nomad/proto/driver.proto

import type { Long } from '@grpc/proto-loader';

// Original file: src/nomad/proto/driver.proto

export const _hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields = {
  RSS: 'RSS',
  CACHE: 'CACHE',
  MAX_USAGE: 'MAX_USAGE',
  KERNEL_USAGE: 'KERNEL_USAGE',
  KERNEL_MAX_USAGE: 'KERNEL_MAX_USAGE',
  USAGE: 'USAGE',
  SWAP: 'SWAP',
} as const;

export type _hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields =
  | 'RSS'
  | 0
  | 'CACHE'
  | 1
  | 'MAX_USAGE'
  | 2
  | 'KERNEL_USAGE'
  | 3
  | 'KERNEL_MAX_USAGE'
  | 4
  | 'USAGE'
  | 5
  | 'SWAP'
  | 6

export type _hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields__Output = typeof _hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields[keyof typeof _hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields]

export interface MemoryUsage {
  'rss'?: (number | string | Long);
  'cache'?: (number | string | Long);
  'max_usage'?: (number | string | Long);
  'kernel_usage'?: (number | string | Long);
  'kernel_max_usage'?: (number | string | Long);
  'measured_fields'?: (_hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields)[];
  'usage'?: (number | string | Long);
  'swap'?: (number | string | Long);
}

export interface MemoryUsage__Output {
  'rss': (number);
  'cache': (number);
  'max_usage': (number);
  'kernel_usage': (number);
  'kernel_max_usage': (number);
  'measured_fields': (_hashicorp_nomad_plugins_drivers_proto_MemoryUsage_Fields__Output)[];
  'usage': (number);
  'swap': (number);
}
