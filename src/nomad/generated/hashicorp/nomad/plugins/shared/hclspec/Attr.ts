// Original file: src/nomad/proto/hclspec.proto


export interface Attr {
  'name'?: (string);
  'type'?: (string);
  'required'?: (boolean);
}

export interface Attr__Output {
  'name': (string);
  'type': (string);
  'required': (boolean);
}
