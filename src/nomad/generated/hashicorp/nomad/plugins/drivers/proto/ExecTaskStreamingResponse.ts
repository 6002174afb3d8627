// Original file: src/nomad/proto/driver.proto

import type { ExecTaskStreamingIOOperation as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation, ExecTaskStreamingIOOperation__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingIOOperation.ts';
import type { ExitResult as _hashicorp_nomad_plugins_drivers_proto_ExitResult, ExitResult__Output as _hashicorp_nomad_plugins_drivers_proto_ExitResult__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExitResult.ts';

export interface ExecTaskStreamingResponse {
  'stdout'?: (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation | null);
  'stderr'?: (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation | null);
  'exited'?: (boolean);
  'result'?: (_hashicorp_nomad_plugins_drivers_proto_ExitResult | null);
}

export interface ExecTaskStreamingResponse__Output {
  'stdout': (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation__Output | null);
  'stderr': (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation__Output | null);
  'exited': (boolean);
  'result': (_hashicorp_nomad_plugins_drivers_proto_ExitResult__Output | null);
}
