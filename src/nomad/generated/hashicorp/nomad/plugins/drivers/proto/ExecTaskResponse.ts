// Original file: src/nomad/proto/driver.proto

import type { ExitResult as _hashicorp_nomad_plugins_drivers_proto_ExitResult, ExitResult__Output as _hashicorp_nomad_plugins_drivers_proto_ExitResult__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExitResult.ts';

export interface ExecTaskResponse {
  'stdout'?: (Buffer | Uint8Array | string);
  'stderr'?: (Buffer | Uint8Array | string);
  'result'?: (_hashicorp_nomad_plugins_drivers_proto_ExitResult | null);
}

export interface ExecTaskResponse__Output {
  'stdout': (Buffer);
  'stderr': (Buffer);
  'result': (_hashicorp_nomad_plugins_drivers_proto_ExitResult__Output | null);
}
