import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import type { TaskSpecInput } from '../model/task-spec.ts';

/** The flags of `run` that describe the task. */
export interface RunSpecFlags {
  readonly id?: string;
  readonly name?: string;
  readonly exec?: string;
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
  /** commander's name for --no-overlay. */
  readonly overlay?: boolean;
}

/** The working directory and environment that the command line refers to. */
export interface RunPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The task specification of a command line. @throws RKT_ERR_OPTIONS */
export function runSpec(
  image: string,
  args: readonly string[],
  flags: RunSpecFlags,
  { cwd, env }: RunPlace,
): TaskSpecInput {
  const name = flags.name ?? imageName(image);
  const ports = (flags.portMap ?? []).map(port);
  return {
    id: flags.id ?? `${name}-${randomBytes(4).toString('hex')}`,
    name,
    config: {
      image: imagePath(image, cwd),
      args: [...args],
      volumes: (flags.volume ?? []).map((volume) => absoluteVolume(volume, cwd)),
      no_overlay: flags.overlay === false,
      net: [...(flags.net ?? [])],
      dns_servers: [...(flags.dns ?? [])],
      dns_search_domains: [...(flags.dnsSearch ?? [])],
      insecure_options: [...(flags.insecureOptions ?? [])],
      port_map: ports.length === 0 ? [] : [Object.fromEntries(ports.map(({ label }) => [label, label]))],
      ...(flags.exec !== undefined && { command: flags.exec }),
      ...(flags.trustPrefix !== undefined && { trust_prefix: flags.trustPrefix }),
      ...(flags.group !== undefined && { group: flags.group }),
    },
    resources: {
      ...(flags.memory !== undefined && { memoryLimitBytes: flags.memory }),
      ...(flags.cpuShares !== undefined && { cpuShares: flags.cpuShares }),
      ...(flags.cpusetCpus !== undefined && { cpusetCpus: flags.cpusetCpus }),
      networks: ports.length === 0 ? [] : [{ reservedPorts: ports }],
    },
    env: environment(flags, { cwd, env }),
    ...(flags.user !== undefined && { user: flags.user }),
  };
}

/** `etcd` for `coreos.com/etcd:v3.1.7`, `./etcd.aci` and `https://example.com/etcd.aci`. */
export function imageName(image: string): string {
  const last = image.split('/').pop() ?? '';
  const name = last.replace(/[:,].*$/, '').replace(/\.aci$/, '');
  return name === '' ? 'task' : name;
}

/** rkt treats as a file what looks like a path or ends in .aci; its working directory is not ours. */
function imagePath(image: string, cwd: string): string {
  const looksLikeFile = image.startsWith('.') || image.endsWith('.aci');
  return looksLikeFile && existsSync(resolve(cwd, image)) ? resolve(cwd, image) : image;
}

function absoluteVolume(volume: string, cwd: string): string {
  const [host = '', ...rest] = volume.split(':');
  return host === '' ? volume : [resolve(cwd, host), ...rest].join(':');
}

function environment(
  { env: pairs = [], envFile: files = [] }: RunSpecFlags,
  place: RunPlace,
): Record<string, string> {
  const lines = files.flatMap((file) => envFileLines(resolve(place.cwd, file)));
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

function envFileLines(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  } catch (cause) {
    throw new RktError('RKT_ERR_OPTIONS', `--env-file ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** `http:8080`: the port of the image called http, reachable at 8080 of the host. */
function port(text: string): { label: string; value: number } {
  const { label = '', value = '' } = /^(?<label>[^:=]+)[:=](?<value>\d+)$/.exec(text)?.groups ?? {};
  if (label === '') {
    throw new RktError('RKT_ERR_OPTIONS', `--port-map ${text} is not NAME:PORT, as in http:8080`);
  }
  return { label, value: Number(value) };
}
