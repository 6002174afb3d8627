// Original file: src/nomad/proto/driver.proto


export interface SignalTaskRequest {
  'task_id'?: (string);
  'signal'?: (string);
}

export interface SignalTaskRequest__Output {
  'task_id': (string);
  'signal': (string);
}
