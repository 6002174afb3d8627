import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';
import { capabilitiesOf } from './run-capabilities.ts';
import { portsOfFlags } from './run-ports.ts';

/** Of the quota of `--cpus`. */
const PERIOD_US = 100_000;

/** The flags of `run` that describe the task. */
export interface RunSpecFlags {
  readonly id?: string;
  readonly name?: string;
  readonly exec?: string;
  /** What docker calls `exec`, and `net`. */
  readonly entrypoint?: string;
  readonly network?: readonly string[];
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly user?: string;
  readonly group?: string;
  readonly volume?: readonly string[];
  readonly memory?: number;
  readonly cpuShares?: number;
  readonly cpusetCpus?: string;
  readonly net?: readonly string[];
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly insecureOptions?: readonly string[];
  readonly trustPrefix?: string;
  readonly portMap?: readonly string[];
  readonly publish?: readonly string[];
  readonly label?: readonly string[];
  readonly labelFile?: readonly string[];
  readonly workdir?: string;
  readonly hostname?: string;
  readonly cpus?: number;
  readonly pidsLimit?: number;
  readonly readOnly?: boolean;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly groupAdd?: readonly number[];
  readonly seccomp?: string;
  readonly stage1?: string;
  readonly debug?: boolean;
  /** commander's name for --no-overlay. */
  readonly overlay?: boolean;
}

/** The working directory and environment that the command line refers to. */
export interface RunPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The task runs on another machine: paths of images and volumes are of that one, and so they are absolute. */
  readonly isElsewhere?: boolean;
}

/** The task specification of a command line. @throws RKT_ERR_OPTIONS */
export function runSpec(
  image: string,
  args: readonly string[],
  flags: RunSpecFlags,
  place: RunPlace,
): TaskSpecInput {
  const { cwd } = place;
  const name = flags.name ?? imageName(image);
  const ports = portsOfFlags(flags.publish ?? [], flags.portMap ?? []);
  const program = flags.exec ?? flags.entrypoint;
  const labels = labelsOf(flags, cwd);
  return {
    id: flags.id ?? `${name}-${randomBytes(4).toString('hex')}`,
    name,
    ...(labels !== undefined && { labels }),
    config: {
      image: imagePath(image, place),
      args: [...args],
      volumes: (flags.volume ?? []).map((volume) => absoluteVolume(volume, place)),
      no_overlay: flags.overlay === false,
      net: [...(flags.net ?? []), ...(flags.network ?? [])],
      dns_servers: [...(flags.dns ?? [])],
      dns_search_domains: [...(flags.dnsSearch ?? [])],
      insecure_options: [...(flags.insecureOptions ?? [])],
      port_map: ports.portMap,
      ...isolationOf(flags),
      ...(program !== undefined && { command: program }),
      ...(flags.trustPrefix !== undefined && { trust_prefix: flags.trustPrefix }),
      ...(flags.group !== undefined && { group: flags.group }),
    },
    resources: {
      ...(flags.memory !== undefined && { memoryLimitBytes: flags.memory }),
      ...(flags.cpuShares !== undefined && { cpuShares: flags.cpuShares }),
      ...(flags.cpusetCpus !== undefined && { cpusetCpus: flags.cpusetCpus }),
      ...(flags.cpus !== undefined && { cpuQuotaUs: Math.round(flags.cpus * PERIOD_US) }),
      ...(flags.pidsLimit !== undefined && { pidsLimit: flags.pidsLimit }),
      ...ports.resources,
    },
    env: environment(flags, place),
    ...(flags.user !== undefined && { user: flags.user }),
  };
}

/** The attributes of the task that only some stage1 have. */
function isolationOf(flags: RunSpecFlags): Partial<TaskSpecInput['config']> {
  return {
    ...(flags.workdir !== undefined && { working_dir: flags.workdir }),
    ...(flags.hostname !== undefined && { hostname: flags.hostname }),
    ...(flags.readOnly === true && { readonly_rootfs: true }),
    ...capabilitiesOf(flags.capAdd ?? [], flags.capDrop ?? []),
    ...(flags.groupAdd !== undefined && { supplementary_groups: flags.groupAdd }),
    ...(flags.seccomp !== undefined && { seccomp: flags.seccomp }),
    ...(flags.stage1 !== undefined && { stage1: flags.stage1 }),
    ...(flags.debug === true && { debug: true }),
  };
}

/** `NAME=VALUE`, or `NAME` for an empty value; undefined without labels. */
function labelsOf(
  { label = [], labelFile = [] }: RunSpecFlags,
  cwd: string,
): Record<string, string> | undefined {
  const lines = labelFile.flatMap((file) => linesOfFile('--label-file', resolve(cwd, file)));
  const pairs = [...lines, ...label].map((text) => {
    const [name = '', ...value] = text.split('=');
    if (name === '') throw new RktError('RKT_ERR_OPTIONS', `--label ${text} has no name`);
    return [name, value.join('=')] as const;
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** `etcd` for `coreos.com/etcd:v3.1.7`, `./etcd.aci` and `https://example.com/etcd.aci`. */
export function imageName(image: string): string {
  const last = image.split('/').pop() ?? '';
  const name = last.replace(/[:,].*$/, '').replace(/\.aci$/, '');
  return name === '' ? 'task' : name;
}

/** rkt treats as a file what looks like a path or ends in .aci; its working directory is not ours. */
function imagePath(image: string, { cwd, isElsewhere = false }: RunPlace): string {
  const looksLikeFile = image.startsWith('.') || image.endsWith('.aci');
  if (isElsewhere && looksLikeFile && !image.startsWith('/') && !image.includes('://'))
    throw relativePath('The image', image);
  return looksLikeFile && !isElsewhere && existsSync(resolve(cwd, image)) ? resolve(cwd, image) : image;
}

function absoluteVolume(volume: string, { cwd, isElsewhere = false }: RunPlace): string {
  const [host = '', ...rest] = volume.split(':');
  if (isElsewhere && host !== '' && !host.startsWith('/')) throw relativePath('--volume', volume);
  return host === '' ? volume : [resolve(cwd, host), ...rest].join(':');
}

function relativePath(what: string, path: string): RktError {
  return new RktError(
    'RKT_ERR_OPTIONS',
    `${what} ${path} is a relative path of this machine, and the task runs on another one: give an absolute path there, or the name of an image in a registry`,
  );
}

function environment(
  { env: pairs = [], envFile: files = [] }: RunSpecFlags,
  place: RunPlace,
): Record<string, string> {
  const lines = files.flatMap((file) => linesOfFile('--env-file', resolve(place.cwd, file)));
  return Object.fromEntries([...lines, ...pairs].flatMap((pair) => variable(pair, place)));
}

/** `NAME=VALUE`, or `NAME` for the current value. */
function variable(pair: string, { env }: RunPlace): readonly (readonly [string, string])[] {
  const at = pair.indexOf('=');
  if (at > 0) return [[pair.slice(0, at), pair.slice(at + 1)]];
  if (at === 0) throw new RktError('RKT_ERR_OPTIONS', `--env ${pair} has no name`);
  const value = env[pair];
  return value === undefined ? [] : [[pair, value]];
}

function linesOfFile(flag: string, path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  } catch (cause) {
    throw new RktError('RKT_ERR_OPTIONS', `${flag} ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
