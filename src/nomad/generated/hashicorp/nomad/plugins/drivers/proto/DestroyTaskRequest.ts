// Original file: src/nomad/proto/driver.proto


export interface DestroyTaskRequest {
  'task_id'?: (string);
  'force'?: (boolean);
}

export interface DestroyTaskRequest__Output {
  'task_id': (string);
  'force': (boolean);
}
