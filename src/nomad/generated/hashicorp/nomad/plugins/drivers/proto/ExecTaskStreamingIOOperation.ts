// Original file: src/nomad/proto/driver.proto


export interface ExecTaskStreamingIOOperation {
  'data'?: (Buffer | Uint8Array | string);
  'close'?: (boolean);
}

export interface ExecTaskStreamingIOOperation__Output {
  'data': (Buffer);
  'close': (boolean);
}
