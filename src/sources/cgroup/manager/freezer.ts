import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errnoCode, readKernelFile } from '../../kernel-file.ts';
import type { CgroupPlace } from '../cgroup-place.ts';
import { hierarchyOf } from '../hierarchies.ts';

/** The files by which one cgroup and its descendants are frozen and thawed. */
export interface Freezer {
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
  /** The file that reports when the last process is frozen, and its line for that. */
  readonly stateFile: string;
  readonly frozenLine: string;
}

const TIMEOUT_MS = 100;
const PROBE_MS = 2;

/** The freezers of these cgroups: those of v1, else those of v2. None on a kernel that has neither. */
export function freezersOf({ hierarchies }: CgroupPlace, directories: readonly string[]): readonly Freezer[] {
  const freezers = { v1: [] as Freezer[], v2: [] as Freezer[] };
  for (const directory of directories) {
    const hierarchy = hierarchyOf(hierarchies, directory);
    if (hierarchy?.version === 'v2') freezers.v2.push(freezerV2(directory));
    if (hierarchy?.version === 'v1' && hierarchy.controllers.includes('freezer')) {
      freezers.v1.push(freezerV1(directory));
    }
  }
  return freezers.v1.length > 0 ? freezers.v1 : freezers.v2;
}

/** While frozen, no process can fork. What cannot be frozen within 100 ms continues. */
export async function freeze(freezers: readonly Freezer[]): Promise<void> {
  for (const { file, frozen } of freezers) await writeIfThere(file, frozen);
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (!freezers.every(isFrozen) && performance.now() < deadlineMs) await delay(PROBE_MS);
}

/** Thaws all processes. */
export async function thaw(freezers: readonly Freezer[]): Promise<void> {
  for (const { file, thawed } of freezers) await writeIfThere(file, thawed);
}

function freezerV1(directory: string): Freezer {
  const file = join(directory, 'freezer.state');
  return { file, frozen: 'FROZEN', thawed: 'THAWED', stateFile: file, frozenLine: 'FROZEN' };
}

function freezerV2(directory: string): Freezer {
  const stateFile = join(directory, 'cgroup.events');
  return {
    file: join(directory, 'cgroup.freeze'),
    frozen: '1',
    thawed: '0',
    stateFile,
    frozenLine: 'frozen 1',
  };
}

function isFrozen({ stateFile, frozenLine }: Freezer): boolean {
  const text = readKernelFile(stateFile);
  return text === undefined || text.split('\n').includes(frozenLine);
}

/** Writes to a file of a cgroup; ignores a missing cgroup or file. */
export async function writeIfThere(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'r+' });
  } catch (error) {
    if (!['ENOENT', 'ENODEV', 'EACCES', 'EPERM'].includes(errnoCode(error))) throw error;
  }
}
