import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { RktError } from '../../../model/rkt-error.ts';
import { errnoCode, readKernelFile } from '../../kernel-file.ts';
import { isDead, readProcess } from '../../process-info.ts';
import { isHierarchyRoot, type CgroupPlace } from '../cgroup-place.ts';
import { freeze, freezersOf, thaw, writeIfThere } from './freezer.ts';
import { hierarchyOf } from '../hierarchies.ts';
import { subtree } from './remove-cgroup.ts';

const KILL_TIMEOUT_MS = 10_000;
const FIRST_DELAY_MS = 2;
const MAX_DELAY_MS = 50;

/** The pids in these cgroups and their descendants, each once. */
export function pidsIn(directories: readonly string[]): readonly number[] {
  const texts = directories
    .flatMap(subtree)
    .map((directory) => readKernelFile(join(directory, 'cgroup.procs')) ?? '');
  const pids = texts.flatMap((text) => text.split('\n').filter((line) => /^[1-9]\d*$/.test(line)));
  return [...new Set(pids.map(Number))];
}

/**
 * Sends a signal to every process in these cgroups. SIGKILL returns when all of them have ended. In empty cgroups
 * nothing can fork, so they are read only once.
 *
 * @throws RKT_ERR_CGROUP for a cgroup that contains this process or process 1, which cannot be a task's
 * @throws RKT_ERR_STOP when processes outlive SIGKILL by ten seconds
 */
export async function killCgroup(
  place: CgroupPlace,
  directories: readonly string[],
  signal: NodeJS.Signals,
): Promise<void> {
  const pids = pidsIn(directories);
  const shared = directories.some((directory) => isHierarchyRoot(place, directory));
  if (shared || pids.includes(process.pid) || pids.includes(1)) {
    throw new RktError(
      'RKT_ERR_CGROUP',
      `Refused to kill the processes of ${directories.join(', ')}: not a task's`,
    );
  }
  if (pids.length === 0) return;
  if (signal === 'SIGKILL') await killUntilEmpty(place, directories);
  else signalAll(pids, signal);
}

async function killUntilEmpty(place: CgroupPlace, directories: readonly string[]): Promise<void> {
  const deadlineMs = performance.now() + KILL_TIMEOUT_MS;
  const freezers = freezersOf(place, directories);
  await killAtOnce(place, directories);
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    const before = await livingPids(directories);
    if (before.length === 0) return;
    if (performance.now() > deadlineMs) {
      throw new RktError('RKT_ERR_STOP', `Processes outlive SIGKILL: ${before.join(', ')}`);
    }
    await freeze(freezers);
    try {
      signalAll(await livingPids(directories), 'SIGKILL');
    } finally {
      // A frozen v1 process handles the signal only when it is thawed.
      await thaw(freezers);
    }
    await delay(delayMs);
  }
}

/** v2 kernels from 5.14 kill a whole cgroup in one step, which no fork can escape. */
async function killAtOnce(place: CgroupPlace, directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    if (hierarchyOf(place.hierarchies, directory)?.version !== 'v2') continue;
    await writeIfThere(join(directory, 'cgroup.kill'), '1');
  }
}

async function livingPids(directories: readonly string[]): Promise<readonly number[]> {
  const infos = await Promise.all(pidsIn(directories).map((pid) => readProcess(pid)));
  return infos.flatMap((info) => (info === undefined || isDead(info) ? [] : [info.pid]));
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errnoCode(error) !== 'ESRCH') throw error;
    }
  }
}

/** Thaws these cgroups and continues all of their stopped processes. */
export async function resumeCgroup(place: CgroupPlace, directories: readonly string[]): Promise<void> {
  await thaw(freezersOf(place, directories));
  const infos = await Promise.all(pidsIn(directories).map((pid) => readProcess(pid)));
  const stopped = infos.flatMap((info) => (info?.state === 'T' ? [info.pid] : []));
  signalAll(stopped, 'SIGCONT');
}
