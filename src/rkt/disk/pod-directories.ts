import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { PodState } from '../../model/pod.ts';
import { createDirectoryNames } from '../../files/directory-names.ts';

/** rkt's own state of its pods, without starting a process: the directory is the phase, a lock on it the activity. */
export interface PodDirectories {
  /**
   * Pod UUID → state, of all pods that `rkt list` shows; undefined if that is uncertain: the directories cannot be
   * read, or there are pods and locks of other pid namespaces are not visible.
   */
  read(): Promise<ReadonlyMap<string, PodState> | undefined>;
}

interface PhaseStates {
  readonly locked: PodState;
  readonly free: PodState;
}

/** In `prepared` the lock has no meaning. */
const PHASES: Readonly<Record<string, PhaseStates>> = {
  prepare: { locked: 'preparing', free: 'aborted prepare' },
  prepared: { locked: 'prepared', free: 'prepared' },
  run: { locked: 'running', free: 'exited' },
  'exited-garbage': { locked: 'exited deleting', free: 'exited garbage' },
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** PROC_PID_INIT_INO: in any other pid namespace /proc/locks omits processes that are not visible there. */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';

export interface PodDirectoriesOptions {
  readonly rktDir: string;
  readonly procRoot?: string;
}

export function createPodDirectories({ rktDir, procRoot = '/proc' }: PodDirectoriesOptions): PodDirectories {
  /** A pod keeps its inode through every rename, so each is checked once. */
  let inodes = new Map<string, number>();
  const inodeOf = async (path: string, uuid: string): Promise<number | undefined> =>
    inodes.get(uuid) ?? (await stat(path).catch(() => undefined))?.ino;

  const phases = Object.entries(PHASES).map(([phase, states]) => {
    const directory = join(rktDir, 'pods', phase);
    return { ...states, directory, names: createDirectoryNames(directory) };
  });
  let isInitial: boolean | undefined;

  return {
    async read() {
      const states = new Map<string, PodState>();
      const seen = new Map<string, number>();
      for (const { locked, free, directory, names: namesNow } of phases) {
        const names = await namesNow().catch(noneIfMissing);
        if (names === undefined) return undefined;
        if (names.length === 0) continue;
        isInitial ??= (await readlink(`${procRoot}/self/ns/pid`).catch(() => '')) === INITIAL_PID_NAMESPACE;
        if (!isInitial) return undefined;
        // Read after the names: an existing pod without a lock has released it.
        const locks = await lockedInodes(procRoot);
        for (const uuid of names.filter((name) => UUID.test(name))) {
          const inode = await inodeOf(join(directory, uuid), uuid);
          if (inode === undefined) continue;
          seen.set(uuid, inode);
          states.set(uuid, locks.has(inode) ? locked : free);
        }
      }
      inodes = seen;
      return states;
    },
  };
}

/** A directory that rkt has not made yet contains no pods. */
function noneIfMissing(error: unknown): readonly string[] | undefined {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined;
}

async function lockedInodes(procRoot: string): Promise<ReadonlySet<number>> {
  return parseLocks(await readFile(`${procRoot}/locks`, 'utf8'));
}

/**
 * The inodes with an exclusive flock, from the text of /proc/locks. Device numbers are ignored, because on some file
 * systems they differ from those of stat; UUID directories of one data directory do not share inodes.
 */
export function parseLocks(text: string): ReadonlySet<number> {
  const inodes = new Set<number>();
  for (const [, inode] of text.matchAll(/^\d+: FLOCK +ADVISORY +WRITE -?\d+ [0-9a-f]+:[0-9a-f]+:(\d+) /gm)) {
    inodes.add(Number(inode));
  }
  return inodes;
}
