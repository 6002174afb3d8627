// Original file: src/nomad/proto/driver.proto


export interface Mount {
  'task_path'?: (string);
  'host_path'?: (string);
  'readonly'?: (boolean);
  'propagation_mode'?: (string);
  'selinux_label'?: (string);
  'request_name'?: (string);
}

export interface Mount__Output {
  'task_path': (string);
  'host_path': (string);
  'readonly': (boolean);
  'propagation_mode': (string);
  'selinux_label': (string);
  'request_name': (string);
}
