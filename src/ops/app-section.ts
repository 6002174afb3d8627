import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isRktError } from '../model/rkt-error.ts';
import { catManifest, parsePodManifest, type PodManifest } from '../rkt/rkt-cat-manifest.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { podDirectory } from '../rkt/disk/pod-files.ts';

/**
 * The configuration of the single app of a pod: the section of its image with all settings of the task, as combined
 * by rkt.
 */
export interface AppSection {
  /** Undefined for an app without one: rkt then uses its default. */
  readonly path: string | undefined;
  readonly workingDir: string;
  /** Names, numbers or paths. */
  readonly user: string;
  readonly group: string;
  readonly supplementaryGids: readonly number[];
}

/** Reads it from the manifest of a running pod; undefined if the pod is unknown. */
export async function appSection(
  runner: RktRunner,
  rktDir: string,
  podId: string,
): Promise<AppSection | undefined> {
  try {
    return sectionOf(await manifestOf(runner, rktDir, podId));
  } catch (error) {
    if (isRktError(error)) return undefined;
    throw error;
  }
}

/** Reading the file is cheap; rkt is used if it cannot be read. */
async function manifestOf(runner: RktRunner, rktDir: string, podId: string): Promise<PodManifest> {
  const text = await readFile(join(podDirectory(rktDir, podId), 'pod'), 'utf8').catch(() => undefined);
  return text === undefined ? catManifest(runner, podId) : parsePodManifest(text);
}

function sectionOf({ apps }: PodManifest): AppSection | undefined {
  const app = apps?.[0]?.app;
  if (app === undefined || app === null) return undefined;
  return {
    path: app.environment?.find(({ name }) => name === 'PATH')?.value,
    workingDir: app.workingDirectory ?? '/',
    user: app.user ?? '0',
    group: app.group ?? '0',
    supplementaryGids: app.supplementaryGIDs ?? [],
  };
}
