// Original file: src/nomad/proto/base.proto

export const PluginType = {
  UNKNOWN: 'UNKNOWN',
  DRIVER: 'DRIVER',
  DEVICE: 'DEVICE',
} as const;

export type PluginType =
  | 'UNKNOWN'
  | 0
  | 'DRIVER'
  | 2
  | 'DEVICE'
  | 3

export type PluginType__Output = typeof PluginType[keyof typeof PluginType]
