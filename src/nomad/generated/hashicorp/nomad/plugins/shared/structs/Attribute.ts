// Original file: src/nomad/proto/structs.proto

import type { Long } from '@grpc/proto-loader';

export interface Attribute {
  'float_val'?: (number | string);
  'int_val'?: (number | string | Long);
  'string_val'?: (string);
  'bool_val'?: (boolean);
  'unit'?: (string);
  'value'?: "float_val"|"int_val"|"string_val"|"bool_val";
}

export interface Attribute__Output {
  'float_val'?: (number);
  'int_val'?: (number);
  'string_val'?: (string);
  'bool_val'?: (boolean);
  'unit': (string);
  'value'?: "float_val"|"int_val"|"string_val"|"bool_val";
}
