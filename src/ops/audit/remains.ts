import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { RemainKind } from '../../model/audit.ts';
import type { Pod } from '../../model/pod.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { listIfThere } from '../../files/durable-file.ts';
import { listPods } from '../../rkt/rkt-list.ts';
import { START_ANNOTATION } from '../arguments/prepare-arguments.ts';
import type { OpsContext } from '../ops-context.ts';
import { isStartToken, isTokenOf, tokenAtEnd } from '../start-token.ts';
import { exitsDirectory, tasksDirectory } from '../task-files.ts';

/** Something on the machine that a start of this data directory has created, whether its task is known or not. */
export interface Remain {
  readonly kind: RemainKind;
  readonly what: string;
  readonly startToken: string;
  /** The directories of a cgroup. */
  readonly paths?: readonly string[];
}

export interface Remains {
  readonly remains: readonly Remain[];
  readonly unchecked: { readonly what: string; readonly reason: string }[];
}

/**
 * Everything that starts of this data directory have created. Objects with the token of another data directory are
 * skipped, and so are those whose token does not name one, unless the data directory has files of that start.
 */
export async function findRemains(ctx: OpsContext): Promise<Remains> {
  const unchecked: { what: string; reason: string }[] = [];
  const tried = async (what: string, look: () => Promise<readonly Remain[]>): Promise<readonly Remain[]> => {
    try {
      return await look();
    } catch (error) {
      unchecked.push({ what, reason: reasonOf(error) });
      return [];
    }
  };
  const own = [
    ...(await tried('task directories', () => taskDirectories(ctx))),
    ...(await tried('exit files', () => exitFiles(ctx))),
    ...(await tried('shims', () => shims(ctx))),
  ];
  const tokens = new Set(own.map(({ startToken }) => startToken));
  const isOurs = ({ startToken }: Remain): boolean =>
    isTokenOf(ctx.dataDir, startToken) ?? tokens.has(startToken);
  const shared = [
    ...(await tried('cgroups', () => Promise.resolve(cgroups(ctx)))),
    ...(await tried('pods', () => pods(ctx))),
  ];
  return { remains: [...own, ...shared.filter(isOurs)], unchecked };
}

async function taskDirectories({ dataDir }: OpsContext): Promise<readonly Remain[]> {
  const names = await listIfThere(tasksDirectory(dataDir));
  return names
    .filter(isStartToken)
    .map((name) => ({ kind: 'task-directory', what: join(tasksDirectory(dataDir), name), startToken: name }));
}

async function exitFiles({ dataDir }: OpsContext): Promise<readonly Remain[]> {
  const names = await listIfThere(exitsDirectory(dataDir));
  return names.flatMap((name) => {
    // Earlier versions wrote a file with another suffix first.
    const startToken = name.replace(/\.new$/, '');
    const what = join(exitsDirectory(dataDir), name);
    return isStartToken(startToken) ? [{ kind: 'exit-file' as const, what, startToken }] : [];
  });
}

/** By their command lines: `/bin/sh …/shim.sh DATA_DIR/tasks/TOKEN …`. */
async function shims({ dataDir }: OpsContext): Promise<readonly Remain[]> {
  const above = `${tasksDirectory(dataDir)}/`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid): Promise<readonly Remain[]> => {
    const [, script = '', directory = ''] = (
      await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    ).split('\0');
    const startToken = directory.startsWith(above) ? directory.slice(above.length) : '';
    if (!script.endsWith('/shim.sh') || !isStartToken(startToken)) return [];
    return [{ kind: 'shim', what: pid, startToken }];
  });
  return (await Promise.all(found)).flat();
}

function cgroups({ cgroups: all }: OpsContext): readonly Remain[] {
  return all.list().flatMap(({ name, paths }) => {
    const startToken = tokenAtEnd(name);
    const [what] = paths;
    return startToken === undefined || what === undefined
      ? []
      : [{ kind: 'cgroup' as const, what, startToken, paths }];
  });
}

async function pods(ctx: OpsContext): Promise<readonly Remain[]> {
  const all = await listPods(await ctx.runner());
  return all.flatMap((pod) => {
    const startToken = tokenOf(pod);
    return startToken === undefined ? [] : [{ kind: 'pod' as const, what: pod.name, startToken }];
  });
}

function tokenOf({ apps }: Pod): string | undefined {
  const tokens = (apps ?? []).map(({ user_annotations }) => user_annotations?.[START_ANNOTATION]);
  return tokens.find((token) => token !== undefined && isStartToken(token));
}
