// Original file: src/nomad/proto/driver.proto

import type { NetworkPort as _hashicorp_nomad_plugins_drivers_proto_NetworkPort, NetworkPort__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkPort__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkPort.ts';

export interface NetworkResource {
  'device'?: (string);
  'cidr'?: (string);
  'ip'?: (string);
  'mbits'?: (number);
  'reserved_ports'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkPort)[];
  'dynamic_ports'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkPort)[];
}

export interface NetworkResource__Output {
  'device': (string);
  'cidr': (string);
  'ip': (string);
  'mbits': (number);
  'reserved_ports': (_hashicorp_nomad_plugins_drivers_proto_NetworkPort__Output)[];
  'dynamic_ports': (_hashicorp_nomad_plugins_drivers_proto_NetworkPort__Output)[];
}
