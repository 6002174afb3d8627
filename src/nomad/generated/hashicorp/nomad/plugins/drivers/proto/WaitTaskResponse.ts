// Original file: src/nomad/proto/driver.proto

import type { ExitResult as _hashicorp_nomad_plugins_drivers_proto_ExitResult, ExitResult__Output as _hashicorp_nomad_plugins_drivers_proto_ExitResult__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExitResult.ts';

export interface WaitTaskResponse {
  'result'?: (_hashicorp_nomad_plugins_drivers_proto_ExitResult | null);
  'err'?: (string);
}

export interface WaitTaskResponse__Output {
  'result': (_hashicorp_nomad_plugins_drivers_proto_ExitResult__Output | null);
  'err': (string);
}
