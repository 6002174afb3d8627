// Original file: src/nomad/proto/driver.proto

import type { NetworkIsolationSpec as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec, NetworkIsolationSpec__Output as _hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/NetworkIsolationSpec.ts';

export interface DestroyNetworkRequest {
  'alloc_id'?: (string);
  'isolation_spec'?: (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec | null);
}

export interface DestroyNetworkRequest__Output {
  'alloc_id': (string);
  'isolation_spec': (_hashicorp_nomad_plugins_drivers_proto_NetworkIsolationSpec__Output | null);
}
