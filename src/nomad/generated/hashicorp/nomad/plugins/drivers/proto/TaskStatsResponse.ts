// Original file: src/nomad/proto/driver.proto

import type { TaskStats as _hashicorp_nomad_plugins_drivers_proto_TaskStats, TaskStats__Output as _hashicorp_nomad_plugins_drivers_proto_TaskStats__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskStats.ts';

export interface TaskStatsResponse {
  'stats'?: (_hashicorp_nomad_plugins_drivers_proto_TaskStats | null);
}

export interface TaskStatsResponse__Output {
  'stats': (_hashicorp_nomad_plugins_drivers_proto_TaskStats__Output | null);
}
