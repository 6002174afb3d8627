// Original file: src/nomad/proto/driver.proto

import type { Long } from '@grpc/proto-loader';

export interface LinuxResources {
  'cpu_period'?: (number | string | Long);
  'cpu_quota'?: (number | string | Long);
  'cpu_shares'?: (number | string | Long);
  'memory_limit_bytes'?: (number | string | Long);
  'oom_score_adj'?: (number | string | Long);
  'cpuset_cpus'?: (string);
  'cpuset_mems'?: (string);
  'PercentTicks'?: (number | string);
  'cpuset_cgroup'?: (string);
}

export interface LinuxResources__Output {
  'cpu_period': (number);
  'cpu_quota': (number);
  'cpu_shares': (number);
  'memory_limit_bytes': (number);
  'oom_score_adj': (number);
  'cpuset_cpus': (string);
  'cpuset_mems': (string);
  'PercentTicks': (number);
  'cpuset_cgroup': (string);
}
