import { z } from 'zod';

import { parseCpuList } from './cpu-list.ts';
import type { Defaulted } from './defaulted.ts';

/** A port of a task by its label. */
export interface LabeledPort {
  readonly label: string;
  /** 1–65535. */
  readonly value: number;
}

/** A network of a task as Nomad passes it: its reserved and dynamic ports, each with a label. */
export interface NetworkResource {
  /** The address of the host. */
  readonly ip?: string | undefined;
  readonly reservedPorts: readonly LabeledPort[];
  readonly dynamicPorts: readonly LabeledPort[];
}

/** A port of the group's network, which belongs to all its tasks. */
export interface GroupPort {
  readonly label: string;
  /** The port of the host. */
  readonly value: number;
  /** The port inside the network of the group; 0 for the same. */
  readonly to?: number | undefined;
  /** The address of the host on which the port was assigned. */
  readonly hostIp?: string | undefined;
}

/** A device file of the host. */
export interface Device {
  readonly hostPath: string;
  readonly taskPath: string;
  /** Letters of `rwm`; read-only without `w`. */
  readonly permissions: string;
}

/** A directory or file of the host that is mounted into the task. */
export interface Mount {
  readonly hostPath: string;
  readonly taskPath: string;
  readonly readOnly: boolean;
  /** rkt cannot propagate mounts out of a pod, so `bidirectional` is refused. */
  readonly propagationMode?: 'private' | 'host-to-task' | 'bidirectional' | undefined;
}

/** The resources of a task. */
export interface TaskResources {
  /** Hard limit in bytes; rkt requires at least 4096. */
  readonly memoryLimitBytes?: number | undefined;
  /** Memory that the kernel tries to leave to the task when memory is short; may be less than the limit. */
  readonly memoryReservationBytes?: number | undefined;
  /** CPU weight relative to the other tasks of the machine (v1 `cpu.shares`), not a limit. */
  readonly cpuShares?: number | undefined;
  /** A limit: CPU time of the whole task in each period, in µs; 150000 in a period of 100000 is one core and a half. */
  readonly cpuQuotaUs?: number | undefined;
  /** In µs; default 100000 if there is a quota. */
  readonly cpuPeriodUs?: number | undefined;
  /** The cores that the task is restricted to: `0-1,3`. */
  readonly cpusetCpus?: string | undefined;
  /** The NUMA nodes of its memory. */
  readonly cpusetMems?: string | undefined;
  /** Directory of a v1 cpuset cgroup that others maintain: the cores for tasks without `cpusetCpus`. */
  readonly cpusetCgroup?: string | undefined;
  /** How many processes and threads the task may have at once. */
  readonly pidsLimit?: number | undefined;
  /** OOM score adjustment, −1000 to 1000; overrides that of the image. */
  readonly oomScoreAdj?: number | undefined;
  /** The networks of the task; only the first is used. */
  readonly networks: readonly NetworkResource[];
  readonly ports?: readonly GroupPort[] | undefined;
  readonly devices: readonly Device[];
  readonly mounts: readonly Mount[];
}

export type NetworkResourceInput = Defaulted<NetworkResource, 'reservedPorts' | 'dynamicPorts'>;
export type DeviceInput = Defaulted<Device, 'permissions'>;
export type MountInput = Defaulted<Mount, 'readOnly'>;

/** {@link TaskResources} as they are given to startTask: nothing is required. */
export interface TaskResourcesInput extends Omit<TaskResources, 'networks' | 'devices' | 'mounts'> {
  readonly networks?: readonly NetworkResourceInput[] | undefined;
  readonly devices?: readonly DeviceInput[] | undefined;
  readonly mounts?: readonly MountInput[] | undefined;
}

const port = z.strictObject({ label: z.string().min(1), value: z.number().int().min(1).max(65_535) });

/** {@link NetworkResource}. */
export const networkResourceSchema = z.strictObject({
  ip: z.string().optional(),
  reservedPorts: z.array(port).default([]),
  dynamicPorts: z.array(port).default([]),
});

/** {@link GroupPort}. */
export const groupPortSchema = z.strictObject({
  label: z.string().min(1),
  value: z.number().int().min(1).max(65_535),
  to: z.number().int().min(-1).max(65_535).optional(),
  hostIp: z.string().optional(),
});

/** {@link Device}. */
export const deviceSchema = z.strictObject({
  hostPath: z.string().startsWith('/'),
  taskPath: z.string().startsWith('/'),
  permissions: z
    .string()
    .regex(/^[rwm]*$/, 'may contain only the letters r, w and m')
    .default('rwm'),
});

/** {@link Mount}. */
export const mountSchema = z.strictObject({
  hostPath: z.string().startsWith('/'),
  taskPath: z.string().startsWith('/'),
  readOnly: z.boolean().default(false),
  propagationMode: z.enum(['private', 'host-to-task', 'bidirectional']).optional(),
});

const cpuList = z
  .string()
  .refine(
    (text) => parseCpuList(text) !== undefined,
    'is not a list of numbers and ranges separated by commas, as in "0-1,3"',
  );

/** {@link TaskResources}. */
export const taskResourcesSchema = z
  .strictObject({
    memoryLimitBytes: z.number().int().min(4096).optional(),
    memoryReservationBytes: z.number().int().min(4096).optional(),
    cpuShares: z.number().int().min(2).max(262_144).optional(),
    cpuQuotaUs: z.number().int().min(1_000).optional(),
    cpuPeriodUs: z.number().int().min(1_000).max(1_000_000).optional(),
    cpusetCpus: cpuList.optional(),
    cpusetMems: cpuList.optional(),
    cpusetCgroup: z
      .string()
      .startsWith('/')
      .refine((path) => !/[:\0]/.test(path), 'contains a colon or a NUL byte')
      .optional(),
    pidsLimit: z.number().int().min(1).max(4_194_304).optional(),
    oomScoreAdj: z.number().int().min(-1000).max(1000).optional(),
    networks: z.array(networkResourceSchema).default([]),
    ports: z.array(groupPortSchema).optional(),
    devices: z.array(deviceSchema).default([]),
    mounts: z.array(mountSchema).default([]),
  })
  .refine(({ cpuQuotaUs, cpuPeriodUs }) => cpuPeriodUs === undefined || cpuQuotaUs !== undefined, {
    message: 'has no effect without cpuQuotaUs; give both, or neither',
    path: ['cpuPeriodUs'],
  });
