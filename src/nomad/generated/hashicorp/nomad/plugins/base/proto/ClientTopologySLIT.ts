// Original file: src/nomad/proto/base.proto


export interface ClientTopologySLIT {
  'dimension'?: (number);
  'values'?: (number)[];
}

export interface ClientTopologySLIT__Output {
  'dimension': (number);
  'values': (number)[];
}
