// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface Array {
  'values'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec)[];
}

export interface Array__Output {
  'values': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output)[];
}
