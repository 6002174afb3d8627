// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface BlockMap {
  'name'?: (string);
  'labels'?: (string)[];
  'nested'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
}

export interface BlockMap__Output {
  'name': (string);
  'labels': (string)[];
  'nested': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
}
