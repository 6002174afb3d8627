// Original file: src/nomad/proto/driver.proto


export interface PortMapping {
  'label'?: (string);
  'value'?: (number);
  'to'?: (number);
  'host_ip'?: (string);
}

export interface PortMapping__Output {
  'label': (string);
  'value': (number);
  'to': (number);
  'host_ip': (string);
}
