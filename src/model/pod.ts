import { z } from 'zod';

/** The states of `rkt list` and `rkt status`, in the words of rkt. */
export const POD_STATES = [
  'embryo',
  'preparing',
  'aborted prepare',
  'prepared',
  'running',
  'deleting',
  'exited',
  'exited deleting',
  'exited garbage',
  'garbage',
] as const;

/** One network of a pod, as in the `networks` of `rkt status --format=json`. */
export const netInfoSchema = z.looseObject({
  netName: z.string(),
  netConf: z.string().optional(),
  pluginPath: z.string().optional(),
  ifName: z.string().optional(),
  ip: z.string().optional(),
  args: z.string().nullish(),
  mask: z.string().nullish(),
});

export const appStatusSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  /** Nanoseconds, beyond 2^53 and so rounded by up to 128 ns. */
  created_at: z.number().optional(),
  started_at: z.number().optional(),
  /** The time of the gc mark, not of the exit. */
  finished_at: z.number().optional(),
  /** Absent with fly, after a hard kill and while the app runs. */
  exit_code: z.number().int().optional(),
  image_id: z.string().optional(),
  user_annotations: z.record(z.string(), z.string()).optional(),
});

/** One pod of `rkt list` or `rkt status` with `--format=json`. */
export const podSchema = z.looseObject({
  name: z.string().min(1),
  state: z.enum(POD_STATES),
  networks: z.array(netInfoSchema).nullish(),
  apps: z.array(appStatusSchema).nullish(),
  /** Seconds. */
  created_at: z.number().optional(),
  started_at: z.number().optional(),
});

export type NetInfo = z.infer<typeof netInfoSchema>;

export type Pod = z.infer<typeof podSchema>;
export type PodState = (typeof POD_STATES)[number];
