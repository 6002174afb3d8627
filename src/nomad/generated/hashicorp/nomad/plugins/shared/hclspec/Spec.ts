// Original file: src/nomad/proto/hclspec.proto

import type { Object as _hashicorp_nomad_plugins_shared_hclspec_Object, Object__Output as _hashicorp_nomad_plugins_shared_hclspec_Object__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Object.ts';
import type { Array as _hashicorp_nomad_plugins_shared_hclspec_Array, Array__Output as _hashicorp_nomad_plugins_shared_hclspec_Array__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Array.ts';
import type { Attr as _hashicorp_nomad_plugins_shared_hclspec_Attr, Attr__Output as _hashicorp_nomad_plugins_shared_hclspec_Attr__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Attr.ts';
import type { Block as _hashicorp_nomad_plugins_shared_hclspec_Block, Block__Output as _hashicorp_nomad_plugins_shared_hclspec_Block__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Block.ts';
import type { BlockAttrs as _hashicorp_nomad_plugins_shared_hclspec_BlockAttrs, BlockAttrs__Output as _hashicorp_nomad_plugins_shared_hclspec_BlockAttrs__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/BlockAttrs.ts';
import type { BlockList as _hashicorp_nomad_plugins_shared_hclspec_BlockList, BlockList__Output as _hashicorp_nomad_plugins_shared_hclspec_BlockList__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/BlockList.ts';
import type { BlockSet as _hashicorp_nomad_plugins_shared_hclspec_BlockSet, BlockSet__Output as _hashicorp_nomad_plugins_shared_hclspec_BlockSet__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/BlockSet.ts';
import type { BlockMap as _hashicorp_nomad_plugins_shared_hclspec_BlockMap, BlockMap__Output as _hashicorp_nomad_plugins_shared_hclspec_BlockMap__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/BlockMap.ts';
import type { Default as _hashicorp_nomad_plugins_shared_hclspec_Default, Default__Output as _hashicorp_nomad_plugins_shared_hclspec_Default__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Default.ts';
import type { Literal as _hashicorp_nomad_plugins_shared_hclspec_Literal, Literal__Output as _hashicorp_nomad_plugins_shared_hclspec_Literal__Output } from '../../../../../hashicorp/nomad/plugins/shared/hclspec/Literal.ts';

export interface Spec {
  'object'?: (_hashicorp_nomad_plugins_shared_hclspec_Object | null);
  'array'?: (_hashicorp_nomad_plugins_shared_hclspec_Array | null);
  'Attr'?: (_hashicorp_nomad_plugins_shared_hclspec_Attr | null);
  'block_value'?: (_hashicorp_nomad_plugins_shared_hclspec_Block | null);
  'block_attrs'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockAttrs | null);
  'block_list'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockList | null);
  'block_set'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockSet | null);
  'block_map'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockMap | null);
  'default'?: (_hashicorp_nomad_plugins_shared_hclspec_Default | null);
  'literal'?: (_hashicorp_nomad_plugins_shared_hclspec_Literal | null);
  'block'?: "object"|"array"|"Attr"|"block_value"|"block_attrs"|"block_list"|"block_set"|"block_map"|"default"|"literal";
}

export interface Spec__Output {
  'object'?: (_hashicorp_nomad_plugins_shared_hclspec_Object__Output | null);
  'array'?: (_hashicorp_nomad_plugins_shared_hclspec_Array__Output | null);
  'Attr'?: (_hashicorp_nomad_plugins_shared_hclspec_Attr__Output | null);
  'block_value'?: (_hashicorp_nomad_plugins_shared_hclspec_Block__Output | null);
  'block_attrs'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockAttrs__Output | null);
  'block_list'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockList__Output | null);
  'block_set'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockSet__Output | null);
  'block_map'?: (_hashicorp_nomad_plugins_shared_hclspec_BlockMap__Output | null);
  'default'?: (_hashicorp_nomad_plugins_shared_hclspec_Default__Output | null);
  'literal'?: (_hashicorp_nomad_plugins_shared_hclspec_Literal__Output | null);
  'block'?: "object"|"array"|"Attr"|"block_value"|"block_attrs"|"block_list"|"block_set"|"block_map"|"default"|"literal";
}
