// Original file: src/nomad/proto/hclspec.proto

import type { Spec as _hashicorp_nomad_plugins_shared_hclspec_Spec, Spec__Output as _hashicorp_nomad_plugins_shared_hclspec_Spec__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Spec.ts';
import type { Long } from '@grpc/proto-loader';

export interface BlockSet {
  'name'?: (string);
  'min_items'?: (number | string | Long);
  'max_items'?: (number | string | Long);
  'nested'?: (_hashicorp_nomad_plugins_shared_hclspec_Spec | null);
}

export interface BlockSet__Output {
  'name': (string);
  'min_items': (number);
  'max_items': (number);
  'nested': (_hashicorp_nomad_plugins_shared_hclspec_Spec__Output | null);
}
