// Original file: src/nomad/proto/driver.proto


export interface WaitTaskRequest {
  'task_id'?: (string);
}

export interface WaitTaskRequest__Output {
  'task_id': (string);
}
