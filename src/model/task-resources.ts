import { z } from 'zod';

import { parseCpuList } from './cpu-list.ts';

const port = z.strictObject({ label: z.string().min(1), value: z.number().int().min(1).max(65_535) });

/** One network of a task as Nomad gives it: its reserved and dynamic ports, each with a label. */
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
  /** The port that the group wants inside its network; 0 for the same. */
  to: z.number().int().min(-1).max(65_535).optional(),
  /** The address of the host that the port was given out for. */
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
  /** rkt has no way to let mounts made inside a pod come out, so `bidirectional` is refused. */
  propagationMode: z.enum(['private', 'host-to-task', 'bidirectional']).optional(),
});

const cpuList = z
  .string()
  .refine(
    (text) => parseCpuList(text) !== undefined,
    'is not a list of numbers and ranges separated by commas, as in "0-1,3"',
  );

/** What a task may use. */
export const taskResourcesSchema = z
  .strictObject({
    /** Hard limit in bytes; the smallest that rkt takes is 4096. */
    memoryLimitBytes: z.number().int().min(4096).optional(),
    /** What the kernel leaves to the task, as far as it can, when memory is short; may be less than the limit. */
    memoryReservationBytes: z.number().int().min(4096).optional(),
    /** A weight against the other tasks of the machine (v1 `cpu.shares`), not a limit. */
    cpuShares: z.number().int().min(2).max(262_144).optional(),
    /** A limit: CPU time of the whole task in each period, in µs; 150000 in a period of 100000 is one core and a half. */
    cpuQuotaUs: z.number().int().min(1_000).optional(),
    /** 100000 where there is a quota and nothing is said. */
    cpuPeriodUs: z.number().int().min(1_000).max(1_000_000).optional(),
    /** The cores that the task runs on, and no others: `0-1,3`. */
    cpusetCpus: cpuList.optional(),
    /** The NUMA nodes that its memory comes from. */
    cpusetMems: cpuList.optional(),
    /** How readily the kernel kills the task when memory runs out, −1000 to 1000; wins over what the image says. */
    oomScoreAdj: z.number().int().min(-1000).max(1000).optional(),
    /** The task's own networks; the first counts. */
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
