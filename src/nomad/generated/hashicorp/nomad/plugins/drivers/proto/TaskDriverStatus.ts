// Original file: src/nomad/proto/driver.proto


export interface TaskDriverStatus {
  'attributes'?: ({[key: string]: string});
}

export interface TaskDriverStatus__Output {
  'attributes': ({[key: string]: string});
}
