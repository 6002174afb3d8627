import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import type { CheckedVolume } from './checked-volumes.ts';
import type { TaskFiles } from './task-files.ts';

/** The exit code of a launch whose checked volume or mount point was replaced. */
export const REPLACED_EXIT = 253;

const PIN_VOLUMES = fileURLToPath(new URL('./pin-volumes.sh', import.meta.url));

/** Where rkt finds the checked volumes; undefined for the embedded rkt, which compares them itself. */
export function pinDirectory({ binary }: RktRunner, files: TaskFiles): string | undefined {
  return binary.runtime === 'rkt' ? files.volumes : undefined;
}

/** Creates an empty directory or file for each volume, which only root can replace. @throws RKT_ERR_DATA_DIR */
export async function makePins(pins: string, volumes: readonly CheckedVolume[]): Promise<void> {
  try {
    await mkdir(pins, { recursive: true, mode: 0o700 });
    for (const { name, isDirectory } of volumes) {
      await (isDirectory ? mkdir(join(pins, name)) : writeFile(join(pins, name), ''));
    }
  } catch (cause) {
    throw new RktError('RKT_ERR_DATA_DIR', `Could not make ${pins}: ${reasonOf(cause)}`, { cause });
  }
}

/** The command line that mounts the volumes at their pins, in its mount namespace, and executes `command`. */
export function pinningCommand(
  pins: string,
  volumes: readonly CheckedVolume[],
  command: readonly string[],
): readonly string[] {
  if (volumes.length === 0) return command;
  const places = volumes.flatMap(({ name, source, identity }) => [identity, source, join(pins, name)]);
  return ['/bin/sh', PIN_VOLUMES, ...places, '--', ...command];
}

/** The variable for the embedded rkt, which compares each volume with its identity after it has mounted it. */
export function identityVariable(volumes: readonly CheckedVolume[]): Readonly<Record<string, string>> {
  if (volumes.length === 0) return {};
  return { RKT_STREAMS_VOLUMES: volumes.map(({ name, identity }) => `${name}=${identity}`).join(' ') };
}
