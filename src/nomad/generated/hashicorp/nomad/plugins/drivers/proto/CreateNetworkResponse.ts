// Original file: src/nomad/proto/driver.proto

import type { NetworkIsolationSpec as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec, NetworkIsolationSpec__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkIsolationSpec.ts';

export interface CreateNetworkResponse {
  'isolation_spec'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec | null);
  'created'?: (boolean);
}

export interface CreateNetworkResponse__Output {
  'isolation_spec': (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output | null);
  'created': (boolean);
}
