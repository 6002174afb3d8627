// Original file: src/nomad/proto/driver.proto


export interface NetworkOverride {
  'port_map'?: ({[key: string]: number});
  'addr'?: (string);
  'auto_advertise'?: (boolean);
}

export interface NetworkOverride__Output {
  'port_map': ({[key: string]: number});
  'addr': (string);
  'auto_advertise': (boolean);
}
