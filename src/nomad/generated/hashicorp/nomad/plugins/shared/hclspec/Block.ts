// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface Block {
  'name'?: (string);
  'required'?: (boolean);
  'nested'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
}

export interface Block__Output {
  'name': (string);
  'required': (boolean);
  'nested': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
}
