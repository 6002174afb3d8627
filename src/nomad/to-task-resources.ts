import type { TaskSpecInput } from '../model/task-spec.ts';
import { MIB } from '../model/units.ts';
import type { Mount__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/Mount.ts';
import type { NetworkPort__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/NetworkPort.ts';
import type { NetworkResource__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/NetworkResource.ts';
import type { PortMapping__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/PortMapping.ts';
import type { Resources__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/Resources.ts';
import type { TaskConfig__Output } from './generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';

type ResourcesInput = NonNullable<TaskSpecInput['resources']>;
type MountInput = NonNullable<ResourcesInput['mounts']>[number];

/** What the kernel takes as a weight, and the smallest memory limit that rkt takes. */
const SHARES = { least: 2, most: 262_144 };
const LEAST_MEMORY_BYTES = 4_096;

/**
 * The resources of a task. Ports are in one of two places: those of the group in `ports`, those of the task's own
 * network in it.
 */
export function toTaskResources({ resources, mounts, devices }: TaskConfig__Output): ResourcesInput {
  return {
    ...memoryLimit(resources),
    ...memoryReservation(resources),
    ...cpuShares(resources),
    ...cpuQuota(resources),
    ...cpuset(resources),
    ...oomScore(resources),
    networks: (resources?.allocated_resources?.networks ?? []).map(toNetwork),
    ...groupPorts(resources?.ports ?? []),
    devices: devices.map(({ host_path, task_path, cgroup_permissions: permissions }) => ({
      hostPath: host_path,
      taskPath: task_path,
      ...(permissions !== '' && { permissions }),
    })),
    mounts: mounts.map(toMount),
  };
}

/** The larger of both values if memory may be oversubscribed; negative means no limit. */
function memoryLimit(resources: Resources__Output | null): Pick<ResourcesInput, 'memoryLimitBytes'> {
  const { memory_mb = 0, memory_max_mb = 0 } = resources?.allocated_resources?.memory ?? {};
  const limitBytes = resources?.linux_resources?.memory_limit_bytes ?? 0;
  if (memory_max_mb < 0 || limitBytes < 0) return {};
  const bytes = Math.max(limitBytes > 0 ? limitBytes : memory_mb * MIB, memory_max_mb * MIB);
  return bytes > 0 ? { memoryLimitBytes: Math.max(LEAST_MEMORY_BYTES, bytes) } : {};
}

/** Where the limit is `memory_max`, `memory` is what the scheduler keeps free for the task. */
function memoryReservation(
  resources: Resources__Output | null,
): Pick<ResourcesInput, 'memoryReservationBytes'> {
  const { memory_mb = 0, memory_max_mb = 0 } = resources?.allocated_resources?.memory ?? {};
  const isOversubscribed = memory_max_mb < 0 || memory_max_mb > memory_mb;
  return memory_mb > 0 && isOversubscribed ? { memoryReservationBytes: memory_mb * MIB } : {};
}

/** 0 is no quota. */
function cpuQuota(resources: Resources__Output | null): Pick<ResourcesInput, 'cpuQuotaUs' | 'cpuPeriodUs'> {
  const { cpu_quota: cpuQuotaUs = 0, cpu_period: cpuPeriodUs = 0 } = resources?.linux_resources ?? {};
  if (cpuQuotaUs <= 0) return {};
  return { cpuQuotaUs, ...(cpuPeriodUs > 0 && { cpuPeriodUs }) };
}

/** The cores that the scheduler has reserved for the task: `cores` of the job. */
function cpuset(
  resources: Resources__Output | null,
): Pick<ResourcesInput, 'cpusetCpus' | 'cpusetMems' | 'cpusetCgroup'> {
  const { linux_resources: linux } = resources ?? {};
  const {
    cpuset_cpus: cpusetCpus = '',
    cpuset_mems: cpusetMems = '',
    cpuset_cgroup: pool = '',
  } = linux ?? {};
  return {
    ...(cpusetCpus !== '' && { cpusetCpus }),
    ...(cpusetMems !== '' && { cpusetMems }),
    // With reserved cores, the cgroup is for this task alone: the driver creates one itself.
    ...(cpusetCpus === '' && pool.startsWith('/') && !pool.includes(':') && { cpusetCgroup: pool }),
  };
}

/** Nomad's MHz are a weight: they determine the share of a busy machine, and limit no task on an idle one. */
function cpuShares(resources: Resources__Output | null): Pick<ResourcesInput, 'cpuShares'> {
  const shares =
    resources?.linux_resources?.cpu_shares || resources?.allocated_resources?.cpu?.cpu_shares || 0;
  if (shares <= 0) return {};
  return { cpuShares: Math.min(SHARES.most, Math.max(SHARES.least, shares)) };
}

/** 0 is what proto3 sends where a job says nothing, and what a task has anyway. */
function oomScore(resources: Resources__Output | null): Pick<ResourcesInput, 'oomScoreAdj'> {
  const oomScoreAdj = resources?.linux_resources?.oom_score_adj ?? 0;
  return oomScoreAdj === 0 ? {} : { oomScoreAdj };
}

function toNetwork({ ip, reserved_ports, dynamic_ports }: NetworkResource__Output): {
  readonly ip?: string;
  readonly reservedPorts: NetworkPort__Output[];
  readonly dynamicPorts: NetworkPort__Output[];
} {
  return {
    ...(ip !== '' && { ip }),
    reservedPorts: reserved_ports.map(({ label, value }) => ({ label, value })),
    dynamicPorts: dynamic_ports.map(({ label, value }) => ({ label, value })),
  };
}

function groupPorts(ports: readonly PortMapping__Output[]): Pick<ResourcesInput, 'ports'> {
  if (ports.length === 0) return {};
  return {
    ports: ports.map(({ label, value, to, host_ip }) => ({
      label,
      value,
      to,
      ...(host_ip !== '' && { hostIp: host_ip }),
    })),
  };
}

function toMount({ host_path, task_path, readonly, propagation_mode }: Mount__Output): MountInput {
  return {
    hostPath: host_path,
    taskPath: task_path,
    readOnly: readonly,
    // The driver refuses a mode that it does not know.
    ...(propagation_mode !== '' && {
      propagationMode: propagation_mode as NonNullable<MountInput['propagationMode']>,
    }),
  };
}
