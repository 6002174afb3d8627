// Original file: src/nomad/proto/driver.proto

import type { DriverCapabilities as _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities, DriverCapabilities__Output as _hashicorp_nomad_plugins_drivers_proto_DriverCapabilities__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DriverCapabilities.ts';

export interface CapabilitiesResponse {
  'capabilities'?: (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities | null);
}

export interface CapabilitiesResponse__Output {
  'capabilities': (_hashicorp_nomad_plugins_drivers_proto_DriverCapabilities__Output | null);
}
