// Original file: src/nomad/proto/driver.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../../../google/protobuf/Timestamp.ts';
import type { TaskResourceUsage as _hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage, TaskResourceUsage__Output as _hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskResourceUsage.ts';

export interface TaskStats {
  'id'?: (string);
  'timestamp'?: (_google_protobuf_Timestamp | null);
  'agg_resource_usage'?: (_hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage | null);
  'resource_usage_by_pid'?: ({[key: string]: _hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage});
}

export interface TaskStats__Output {
  'id': (string);
  'timestamp': (_google_protobuf_Timestamp__Output | null);
  'agg_resource_usage': (_hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage__Output | null);
  'resource_usage_by_pid': ({[key: string]: _hashicorp_nomad_plugins_drivers_proto_TaskResourceUsage__Output});
}
