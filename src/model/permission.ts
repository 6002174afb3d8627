import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { RktError } from './rkt-error.ts';

/** System calls that need permissions on the directory of the path, not on the path itself. */
const CHANGES_DIRECTORY: ReadonlySet<string> = new Set(['mkdir', 'rename', 'unlink', 'rmdir', 'link']);
const OWNER_BITS = 6;
const GROUP_BITS = 3;

/**
 * RKT_ERR_PERMISSION when the system refused a call for lack of permission: names the file or directory, its owner
 * and mode, and who has access. Undefined for every other error, and for root, to whom permissions do not apply.
 *
 * @param path the opened path, for calls whose error does not name it
 */
export function permissionError(error: unknown, tried: string, path?: string): RktError | undefined {
  const { code, path: named = path, syscall = '' } = systemCallOf(error);
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0 || named === undefined || (code !== 'EACCES' && code !== 'EPERM')) return undefined;
  const what = `${tried}: user ${nameOf('passwd', uid)} may not ${refusal(named, syscall, uid)}`;
  return new RktError('RKT_ERR_PERMISSION', what, { cause: error });
}

interface SystemCall {
  readonly code?: string;
  readonly path?: string;
  readonly syscall?: string;
}

function systemCallOf(error: unknown): SystemCall {
  return error instanceof Error && !(error instanceof RktError) ? (error as SystemCall) : {};
}

function refusal(path: string, syscall: string, uid: number): string {
  const obstacle = obstacleOf(path, syscall);
  const found = statSync(obstacle, { throwIfNoEntry: false });
  if (found === undefined) return `access ${obstacle}; only root may`;
  const mode = `0${(found.mode & 0o7777).toString(8).padStart(3, '0')}`;
  const owner = nameOf('passwd', found.uid);
  const group = nameOf('group', found.gid);
  const groupBits = (found.mode >> GROUP_BITS) & 7;
  const groupMayToo = groupBits !== 0 && groupBits === ((found.mode >> OWNER_BITS) & 7);
  const others = [
    ...(found.uid === 0 || found.uid === uid ? [] : [`user ${owner}`]),
    ...(groupMayToo ? [`members of group ${group}`] : []),
  ];
  const who = `only ${['root', ...others].join(' and ')} may`;
  return `access ${obstacle} (owner ${owner}, group ${group}, mode ${mode}); ${who}`;
}

/** The first directory of the path that cannot be searched, else the directory to change, else the path itself. */
function obstacleOf(path: string, syscall: string): string {
  let reached = '/';
  for (const part of path.split('/').filter((name) => name !== '')) {
    try {
      if (statSync(join(reached, part), { throwIfNoEntry: false }) === undefined) return reached;
    } catch {
      return reached;
    }
    reached = join(reached, part);
  }
  return CHANGES_DIRECTORY.has(syscall) ? dirname(reached) : reached;
}

/** The name of an id in the user database of the machine, else the id. */
function nameOf(table: 'passwd' | 'group', id: number): string {
  try {
    const lines = readFileSync(`/etc/${table}`, 'utf8').split('\n');
    const name = lines.map((line) => line.split(':')).find((fields) => fields[2] === String(id))?.[0];
    return name === undefined || name === '' ? String(id) : name;
  } catch {
    return String(id);
  }
}
