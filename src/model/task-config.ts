import { z } from 'zod';

import type { Defaulted } from './defaulted.ts';
import { stage1Schema } from './stage1.ts';

/** The `config` block of a task, by the names in a job file. Which attribute has an effect depends on the stage1. */
export interface TaskConfig {
  /** What rkt runs: a path, `file://`, `https://` or `docker://` URL, a name such as `example.com/app:1.0`, or a hash. */
  readonly image: string;
  /** Replaces the program of the image: an absolute path inside it. */
  readonly command?: string | undefined;
  /** Arguments of the program. */
  readonly args: readonly string[];
  /** Images below this prefix are verified: rkt fetches their keys and trusts them. */
  readonly trust_prefix?: string | undefined;
  /** Of rkt's `--insecure-options`: `image`, `tls`, `all`, … */
  readonly insecure_options: readonly string[];
  /** Addresses of DNS servers; `host` or `none` alone. */
  readonly dns_servers: readonly string[];
  readonly dns_search_domains: readonly string[];
  /** Networks of the pod, by rkt's names: `host`, `none`, `default`, … */
  readonly net: readonly string[];
  /** Label of a port of the task → port name in the image manifest. A list of maps, as the block can be repeated. */
  readonly port_map: readonly Readonly<Record<string, string>>[];
  /** `HOST_PATH:POD_PATH[:ro]`; a relative host path lies in the allocation directory. */
  readonly volumes: readonly string[];
  /** Copy the image instead of mounting an overlay over it. */
  readonly no_overlay: boolean;
  /** Have rkt write what it does to its stderr. */
  readonly debug: boolean;
  /** The group of the app, by name or number. */
  readonly group?: string | undefined;
  /** The stage1 image: a path, a URL, a hash, a file of rkt's stage1 directory, or a name. */
  readonly stage1?: string | undefined;
  readonly readonly_rootfs?: boolean | undefined;
  /** `CAP_…` names: the only ones that the app keeps. Not together with `cap_remove`. */
  readonly cap_retain?: readonly string[] | undefined;
  /** `CAP_…` names that the app loses. */
  readonly cap_remove?: readonly string[] | undefined;
  /** In the syntax of rkt: `mode=retain,errno=EPERM,chmod,chown`. */
  readonly seccomp?: string | undefined;
  readonly hostname?: string | undefined;
  /** An absolute path inside the image. */
  readonly working_dir?: string | undefined;
  /** Numbers of groups. */
  readonly supplementary_groups?: readonly number[] | undefined;
}

/** {@link TaskConfig} as it is given to startTask: only `image` is required. */
export interface TaskConfigInput extends Defaulted<
  Omit<TaskConfig, 'port_map'>,
  | 'args'
  | 'insecure_options'
  | 'dns_servers'
  | 'dns_search_domains'
  | 'net'
  | 'volumes'
  | 'no_overlay'
  | 'debug'
> {
  /** Label of a port of the task → port name in the image manifest. One map, or a list of maps. */
  readonly port_map?:
    readonly Readonly<Record<string, string>>[] | Readonly<Record<string, string>> | undefined;
}

const stringMap = z.record(z.string(), z.string());

/** `CAP_NET_ADMIN`; rkt accepts no other spelling. */
const capabilities = z
  .array(z.string().regex(/^CAP_[A-Z_]+$/, 'is not written as CAP_NET_ADMIN'))
  .min(1, 'contains no capability');

/** {@link TaskConfig}: the 13 attributes of the original driver, then ours. */
export const taskConfigSchema = z
  .strictObject({
    image: z.string().min(1),
    command: z.string().optional(),
    args: z.array(z.string()).default([]),
    trust_prefix: z.string().optional(),
    insecure_options: z.array(z.string().min(1)).default([]),
    dns_servers: z.array(z.string()).default([]),
    dns_search_domains: z.array(z.string()).default([]),
    net: z.array(z.string().min(1)).default([]),
    port_map: z.union([z.array(stringMap), stringMap.transform((map) => [map])]).default([]),
    volumes: z.array(z.string()).default([]),
    no_overlay: z.boolean().default(false),
    debug: z.boolean().default(false),
    group: z.string().optional(),
    stage1: stage1Schema.optional(),
    readonly_rootfs: z.boolean().optional(),
    cap_retain: capabilities.optional(),
    cap_remove: capabilities.optional(),
    seccomp: z
      .string()
      .regex(
        /^(?:errno=\w+,)?mode=(?:retain|remove)(?:,|$)/,
        'does not begin with mode=retain or mode=remove',
      )
      .optional(),
    hostname: z
      .string()
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/, 'is not a host name')
      .optional(),
    working_dir: z.string().startsWith('/', 'must be an absolute path').optional(),
    supplementary_groups: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(2 ** 32 - 2),
      )
      .optional(),
  })
  .refine(({ cap_retain, cap_remove }) => cap_retain === undefined || cap_remove === undefined, {
    message: 'cannot be given together with cap_remove',
    path: ['cap_retain'],
  });
