// Original file: src/nomad/proto/driver.proto

import type { ExecTaskStreamingIOOperation as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation, ExecTaskStreamingIOOperation__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingIOOperation.ts';

export interface _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_Setup {
  'task_id'?: (string);
  'command'?: (string)[];
  'tty'?: (boolean);
}

export interface _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_Setup__Output {
  'task_id': (string);
  'command': (string)[];
  'tty': (boolean);
}

export interface _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_TerminalSize {
  'height'?: (number);
  'width'?: (number);
}

export interface _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_TerminalSize__Output {
  'height': (number);
  'width': (number);
}

export interface ExecTaskStreamingRequest {
  'setup'?: (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_Setup | null);
  'tty_size'?: (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_TerminalSize | null);
  'stdin'?: (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation | null);
}

export interface ExecTaskStreamingRequest__Output {
  'setup': (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_Setup__Output | null);
  'tty_size': (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest_TerminalSize__Output | null);
  'stdin': (_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingIOOperation__Output | null);
}
