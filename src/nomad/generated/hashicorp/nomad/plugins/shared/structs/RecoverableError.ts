// Original file: src/nomad/proto/structs.proto


export interface RecoverableError {
  'recoverable'?: (boolean);
}

export interface RecoverableError__Output {
  'recoverable': (boolean);
}
