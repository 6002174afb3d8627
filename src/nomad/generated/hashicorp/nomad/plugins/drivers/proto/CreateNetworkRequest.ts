// Original file: src/nomad/proto/driver.proto


export interface CreateNetworkRequest {
  'alloc_id'?: (string);
  'hostname'?: (string);
}

export interface CreateNetworkRequest__Output {
  'alloc_id': (string);
  'hostname': (string);
}
