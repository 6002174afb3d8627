// Original file: src/nomad/proto/hclspec.proto


export interface Literal {
  'value'?: (string);
}

export interface Literal__Output {
  'value': (string);
}
