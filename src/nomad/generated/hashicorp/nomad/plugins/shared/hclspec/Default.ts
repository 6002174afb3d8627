// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface Default {
  'primary'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
  'default'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
}

export interface Default__Output {
  'primary': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
  'default': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
}
