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

/** The state of a pod, in the words of rkt. */
export type PodState = (typeof POD_STATES)[number];

/** One network of a pod, as in the `networks` of `rkt status --format=json`. Members that rkt adds are passed on. */
export interface NetInfo {
  readonly [name: string]: unknown;
  readonly netName: string;
  /** Path of its configuration. */
  readonly netConf?: string | undefined;
  readonly pluginPath?: string | undefined;
  /** Name of the interface inside the pod. */
  readonly ifName?: string | undefined;
  readonly ip?: string | undefined;
  readonly args?: string | null | undefined;
  readonly mask?: string | null | undefined;
}

/** One app of a {@link Pod}. Members that rkt adds are passed on. */
export interface PodApp {
  readonly [name: string]: unknown;
  readonly name: string;
  /** `created`, `running`, `exited` or `unknown`. */
  readonly state: string;
  /** Nanoseconds since 1970: beyond 2^53 and so rounded by up to 128 ns. */
  readonly created_at?: number | undefined;
  /** Nanoseconds since 1970. */
  readonly started_at?: number | undefined;
  /** Nanoseconds since 1970: the time of the gc mark, not of the exit. */
  readonly finished_at?: number | undefined;
  /** Absent with fly, after a hard kill and while the app runs. */
  readonly exit_code?: number | undefined;
  /** `sha512-…` */
  readonly image_id?: string | undefined;
  readonly user_annotations?: Readonly<Record<string, string>> | undefined;
}

/** One pod of `rkt list` or `rkt status` with `--format=json`, by rkt's own names. Members that rkt adds are passed on. */
export interface Pod {
  readonly [name: string]: unknown;
  /** The UUID. */
  readonly name: string;
  readonly state: PodState;
  readonly networks?: NetInfo[] | null | undefined;
  readonly apps?: PodApp[] | null | undefined;
  /** Seconds since 1970. */
  readonly created_at?: number | undefined;
  /** Seconds since 1970. */
  readonly started_at?: number | undefined;
}

/** {@link NetInfo}. */
export const netInfoSchema = z.looseObject({
  netName: z.string(),
  netConf: z.string().optional(),
  pluginPath: z.string().optional(),
  ifName: z.string().optional(),
  ip: z.string().optional(),
  args: z.string().nullish(),
  mask: z.string().nullish(),
});

/** {@link PodApp}. */
export const appStatusSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  created_at: z.number().optional(),
  started_at: z.number().optional(),
  finished_at: z.number().optional(),
  exit_code: z.number().int().optional(),
  image_id: z.string().optional(),
  user_annotations: z.record(z.string(), z.string()).optional(),
});

/** {@link Pod}. */
export const podSchema = z.looseObject({
  name: z.string().min(1),
  state: z.enum(POD_STATES),
  networks: z.array(netInfoSchema).nullish(),
  apps: z.array(appStatusSchema).nullish(),
  created_at: z.number().optional(),
  started_at: z.number().optional(),
});
