// Original file: src/nomad/proto/driver.proto


export interface Device {
  'task_path'?: (string);
  'host_path'?: (string);
  'cgroup_permissions'?: (string);
}

export interface Device__Output {
  'task_path': (string);
  'host_path': (string);
  'cgroup_permissions': (string);
}
