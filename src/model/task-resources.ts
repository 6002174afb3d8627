import { z } from 'zod';

import { parseCpuList } from './cpu-list.ts';

const port = z.strictObject({ label: z.string().min(1), value: z.number().int().min(1).max(65_535) });

/** A network of a task as Nomad passes it: its reserved and dynamic ports, each with a label. */
export const networkResourceSchema = z.strictObject({
  ip: z.string().optional(),
  reservedPorts: z.array(port).default([]),
  dynamicPorts: z.array(port).default([]),
});

/** A port of the group's network, which belongs to all its tasks. */
export const groupPortSchema = z.strictObject({
  label: z.string().min(1),
  /** The port of the host. */
  value: z.number().int().min(1).max(65_535),
  /** The port inside the network of the group; 0 for the same. */
  to: z.number().int().min(-1).max(65_535).optional(),
  /** The address of the host on which the port was assigned. */
  hostIp: z.string().optional(),
});

/** A device file of the host; read-only unless the permissions hold `w`. */
export const deviceSchema = z.strictObject({
  hostPath: z.string().startsWith('/'),
  taskPath: z.string().startsWith('/'),
  permissions: z
    .string()
    .regex(/^[rwm]*$/, 'may contain only the letters r, w and m')
    .default('rwm'),
});

export const mountSchema = z.strictObject({
  hostPath: z.string().startsWith('/'),
  taskPath: z.string().startsWith('/'),
  readOnly: z.boolean().default(false),
  /** rkt cannot propagate mounts out of a pod, so `bidirectional` is refused. */
  propagationMode: z.enum(['private', 'host-to-task', 'bidirectional']).optional(),
});

const cpuList = z
  .string()
  .refine(
    (text) => parseCpuList(text) !== undefined,
    'is not a list of numbers and ranges separated by commas, as in "0-1,3"',
  );

/** The resources of a task. */
export const taskResourcesSchema = z
  .strictObject({
    /** Hard limit in bytes; rkt requires at least 4096. */
    memoryLimitBytes: z.number().int().min(4096).optional(),
    /** Memory that the kernel tries to leave to the task when memory is short; may be less than the limit. */
    memoryReservationBytes: z.number().int().min(4096).optional(),
    /** CPU weight relative to the other tasks of the machine (v1 `cpu.shares`), not a limit. */
    cpuShares: z.number().int().min(2).max(262_144).optional(),
    /** A limit: CPU time of the whole task in each period, in µs; 150000 in a period of 100000 is one core and a half. */
    cpuQuotaUs: z.number().int().min(1_000).optional(),
    /** Default 100000 if there is a quota. */
    cpuPeriodUs: z.number().int().min(1_000).max(1_000_000).optional(),
    /** The cores that the task is restricted to: `0-1,3`. */
    cpusetCpus: cpuList.optional(),
    /** The NUMA nodes of its memory. */
    cpusetMems: cpuList.optional(),
    /** Directory of a v1 cpuset cgroup that others maintain: the cores for tasks without `cpusetCpus`. */
    cpusetCgroup: z
      .string()
      .startsWith('/')
      .refine((path) => !/[:\0]/.test(path), 'contains a colon or a NUL byte')
      .optional(),
    /** OOM score adjustment, −1000 to 1000; overrides that of the image. */
    oomScoreAdj: z.number().int().min(-1000).max(1000).optional(),
    /** The networks of the task; only the first is used. */
    networks: z.array(networkResourceSchema).default([]),
    ports: z.array(groupPortSchema).optional(),
    devices: z.array(deviceSchema).default([]),
    mounts: z.array(mountSchema).default([]),
  })
  .refine(({ cpuQuotaUs, cpuPeriodUs }) => cpuPeriodUs === undefined || cpuQuotaUs !== undefined, {
    message: 'has no effect without cpuQuotaUs; give both, or neither',
    path: ['cpuPeriodUs'],
  });

export type NetworkResource = z.infer<typeof networkResourceSchema>;
export type GroupPort = z.infer<typeof groupPortSchema>;
export type Device = z.infer<typeof deviceSchema>;
export type Mount = z.infer<typeof mountSchema>;
export type TaskResources = z.infer<typeof taskResourcesSchema>;
