// Original file: src/nomad/proto/base.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

export interface ConfigSchemaResponse {
  'spec'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
}

export interface ConfigSchemaResponse__Output {
  'spec': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
}
