// Original file: src/nomad/proto/driver.proto


export interface HostsConfig {
  'hostname'?: (string);
  'address'?: (string);
}

export interface HostsConfig__Output {
  'hostname': (string);
  'address': (string);
}
