// Original file: src/nomad/proto/driver.proto


export interface NetworkPort {
  'label'?: (string);
  'value'?: (number);
}

export interface NetworkPort__Output {
  'label': (string);
  'value': (number);
}
