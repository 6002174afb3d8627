import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { silentLogger } from '../../src/model/logger.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { createStateStore } from '../../src/registry/state-store.ts';
import { createTaskRegistry } from '../../src/registry/task-registry.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';

/** A context of the ops on a machine without cgroups and rkt; each part can be replaced. */
export async function anOpsContext(directory: string, more: Partial<OpsContext> = {}): Promise<OpsContext> {
  const scheduler: SchedulerLike = more.scheduler ?? asyncScheduler;
  return {
    registry: createTaskRegistry({ scheduler, logger: silentLogger }),
    store: createStateStore(`${directory}/state`),
    cgroups: await detectCgroups({ root: `${directory}/no-cgroups` }),
    runner: () => Promise.reject(new Error('there is no rkt here')),
    driverConfig: () => driverConfigSchema.parse({}),
    dataDir: directory,
    rktDir: `${directory}/rkt`,
    logLimits: { maxSize: 10 * 1024 * 1024, maxFiles: 3 },
    imageGc: { consider: () => undefined },
    owner: { pid: process.pid, startTicks: 1 },
    instance: 'this-one',
    publisher: 'driver',
    beganAtMs: scheduler.now(),
    logger: silentLogger,
    scheduler,
    timeouts: { prepareMs: 1_000, launchMs: 1_000, networkMs: 20_000, killMs: 1_000 },
    shutdown: new AbortController().signal,
    ...more,
  };
}
