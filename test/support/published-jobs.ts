import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { TaskSpecInput } from '../../src/index.ts';
import type { Sandbox } from './sandbox.ts';

/** A job as somebody has published it, without its job file. */
export interface PublishedJob {
  /** Where it was found. */
  readonly source: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly networks: readonly PublishedNetwork[];
  readonly mounts?: readonly Readonly<Record<string, unknown>>[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  /** What has to be asked for its image; absent where it has none, or must not get it. */
  readonly from?: string;
  /** With each stage1: `starts`, or the code of the error that it gets as it is. */
  readonly outcome: Readonly<Record<'fly' | 'oci', string>>;
  /** Why it is no configuration of a task, and what its author would have had to write: absent where there is nothing to run. */
  readonly notATask?: string;
  readonly asTask?: Readonly<Record<string, unknown>>;
  /** The same for the job in the network of the host; `starts` when absent. */
  readonly inHostNetwork?: string;
}

interface PublishedNetwork {
  readonly reservedPorts: readonly PublishedPort[];
  readonly dynamicPorts: readonly PublishedPort[];
}

interface PublishedPort {
  readonly label: string;
  readonly value: number;
}

export const PUBLISHED_JOBS = JSON.parse(
  readFileSync(new URL('../fixtures/published-jobs.json', import.meta.url), 'utf8'),
) as readonly PublishedJob[];

/** The directory of the host that the mounts of a job lead to. */
export function mountedDir(sandbox: Sandbox): string {
  return join(sandbox.base, 'volume');
}

/** The task that Nomad would make of a job, with a configuration that may be another one. */
export function publishedTask(
  sandbox: Sandbox,
  id: string,
  job: PublishedJob,
  config: object,
): TaskSpecInput {
  const volume = mountedDir(sandbox);
  mkdirSync(volume, { recursive: true });
  const mounts = job.mounts?.map((mount) => ({ ...mount, hostPath: volume }));
  return {
    id,
    config: config as TaskSpecInput['config'],
    resources: {
      networks: job.networks,
      ...(mounts && { mounts }),
    } as unknown as TaskSpecInput['resources'] & {},
    ...(job.env && { env: job.env }),
    ...(job.user && { user: job.user }),
  };
}
