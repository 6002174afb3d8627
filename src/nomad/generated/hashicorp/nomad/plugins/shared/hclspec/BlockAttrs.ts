// Original file: src/nomad/proto/hclspec.proto


export interface BlockAttrs {
  'name'?: (string);
  'type'?: (string);
  'required'?: (boolean);
}

export interface BlockAttrs__Output {
  'name': (string);
  'type': (string);
  'required': (boolean);
}
