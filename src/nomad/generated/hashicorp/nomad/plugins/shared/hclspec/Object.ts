// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface Object {
  'attributes'?: ({[key: string]: _hashicorp_nomad_plugins_shared_hclspec_Spec});
}

export interface Object__Output {
  'attributes': ({[key: string]: _hashicorp_nomad_plugins_shared_hclspec_Spec__Output});
}
