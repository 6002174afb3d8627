// Original file: src/nomad/proto/driver.proto


export interface InspectTaskRequest {
  'task_id'?: (string);
}

export interface InspectTaskRequest__Output {
  'task_id': (string);
}
