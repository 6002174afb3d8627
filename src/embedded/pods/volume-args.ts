import { isIP } from 'node:net';

import { parseBool } from '../command-line/args.ts';
import { acNameProblem } from '../names.ts';
import type { PodPort, PodVolume } from './pod-manifest.ts';

const BAD_KIND = 'unrecognized volume kind: should be one of "empty", "host"';

/** Reads `NAME,kind=host,source=/ABS[,readOnly=…][,recursive=…]` or `NAME,kind=empty[,mode=…][,uid=…][,gid=…]`; a string says what is wrong. */
export function parseVolume(text: string): PodVolume | string {
  const [name = '', ...params] = text.split(',');
  const problem = acNameProblem(name);
  if (problem !== undefined) return problem;
  const values: Partial<Record<string, string>> = {};
  for (const param of params) {
    const at = param.indexOf('=');
    const key = at < 0 ? param : param.slice(0, at);
    if (!['kind', 'source', 'readOnly', 'recursive', 'mode', 'uid', 'gid'].includes(key)) {
      return `unknown volume parameter ${JSON.stringify(key)}`;
    }
    values[key] = at < 0 ? '' : param.slice(at + 1);
  }
  if (values['kind'] === 'host') return hostVolume(name, values);
  return values['kind'] === 'empty' ? emptyVolume(name, values) : BAD_KIND;
}

function hostVolume(name: string, values: Partial<Record<string, string>>): PodVolume | string {
  const { source = '', readOnly, recursive } = values;
  if (source === '') return 'source for host volume cannot be empty';
  if (!source.startsWith('/')) return 'source for host volume must be absolute path';
  for (const flag of [readOnly, recursive]) {
    if (flag !== undefined && parseBool(flag) === undefined) {
      return `strconv.ParseBool: parsing ${JSON.stringify(flag)}: invalid syntax`;
    }
  }
  return {
    name,
    kind: 'host',
    source,
    ...(readOnly === undefined ? {} : { readOnly: parseBool(readOnly) === true }),
    ...(recursive === undefined ? {} : { recursive: parseBool(recursive) === true }),
  };
}

function emptyVolume(name: string, values: Partial<Record<string, string>>): PodVolume | string {
  if (values['source'] !== undefined) return 'source for empty volume must be empty';
  const mode = values['mode'] ?? '0755';
  if (!/^[0-7]+$/.test(mode)) return `invalid mode ${JSON.stringify(mode)} for volume`;
  const ids = [values['uid'] ?? '0', values['gid'] ?? '0'];
  const bad = ids.find((id) => !/^\d+$/.test(id));
  if (bad !== undefined) return `strconv.Atoi: parsing ${JSON.stringify(bad)}: invalid syntax`;
  return { name, kind: 'empty', mode, uid: Number(ids[0]), gid: Number(ids[1]) };
}

/** What is wrong with a `--volume` value. */
export function volumeProblem(text: string): string | undefined {
  const volume = parseVolume(text);
  return typeof volume === 'string'
    ? `invalid value in --volume flag ${JSON.stringify(text)}: ${volume}`
    : undefined;
}

/** Reads `NAME:[HOSTIP:]HOSTPORT`; a string says what is wrong. */
export function parsePort(text: string): PodPort | string {
  const parts = text.split(':');
  if (parts.length < 2) return `${JSON.stringify(text)} is not in name:[ip:]port format`;
  const name = parts[0] ?? '';
  const port = parts.at(-1) ?? '';
  const hostIP = parts.slice(1, -1).join(':');
  const problem = acNameProblem(name);
  if (problem !== undefined) return problem;
  if (hostIP !== '' && isIP(hostIP) === 0) return `${JSON.stringify(hostIP)} is not a valid IP`;
  if (!/^\d+$/.test(port) || Number(port) > 65535)
    return `${JSON.stringify(port)} is not a valid port number`;
  return { name, hostPort: Number(port), ...(hostIP === '' ? {} : { hostIP }) };
}

/** What is wrong with a `--port` value. */
export function portProblem(text: string): string | undefined {
  const port = parsePort(text);
  return typeof port === 'string' ? port : undefined;
}
