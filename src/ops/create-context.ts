import type { SchedulerLike } from 'rxjs';

import type { DriverConfig } from '../model/driver-config.ts';
import type { DriverSettings } from '../model/driver-options.ts';
import { RktError, isRktError } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';
import { memo } from '../model/memo.ts';
import { createStateStore } from '../registry/state-store.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import { resolveRkt } from '../rkt/resolve-binary.ts';
import { createRktRunner, type RktRunner } from '../rkt/command-runner.ts';
import { detectCgroups } from '../sources/cgroup/cgroups.ts';
import { createLockFiles } from '../sources/lock-files.ts';
import { identify } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { createImageGc } from './image-gc.ts';
import { registerInstance } from './published-exits.ts';
import { locksDirectory, stateDirectory } from './task-files.ts';

export interface ContextDeps {
  readonly settings: DriverSettings;
  readonly registry: TaskRegistry;
  readonly runner: () => Promise<RktRunner>;
  readonly driverConfig: () => DriverConfig;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  readonly instance: string;
  readonly beganAtMs: number;
  readonly shutdown: AbortSignal;
}

/**
 * Inspects the machine once and creates the context of the ops. @throws RKT_ERR_PERMISSION when the state of tasks
 * cannot be accessed
 */
export async function createOpsContext(deps: ContextDeps): Promise<OpsContext> {
  const { settings, ...bound } = deps;
  const { cgroupRoot, cgroupParent, dataDir, rktDir, publisher } = settings;
  const owner = await identify(process.pid);
  if (owner === undefined)
    throw new RktError('RKT_ERR_OPTIONS', '/proc is not mounted: the driver cannot see any process');
  const exclusive = createLockFiles({ directory: locksDirectory(dataDir), self: owner });
  const store = createStateStore(stateDirectory(dataDir), exclusive);
  await store.sweep().catch((error: unknown) => {
    if (isRktError(error, 'RKT_ERR_PERMISSION')) throw error;
    bound.logger.warn({ error }, 'Could not remove incomplete state files');
  });
  registerInstance(deps);
  return {
    ...bound,
    publisher,
    store,
    cgroups: await detectCgroups({ root: cgroupRoot, parent: cgroupParent }),
    dataDir,
    rktDir,
    logLimits: { maxSize: settings.logMaxSize, maxFiles: settings.logMaxFiles },
    imageGc: createImageGc({ ...bound, rktDir }),
    owner,
    timeouts: {
      prepareMs: settings.prepareTimeoutMs,
      launchMs: settings.launchTimeoutMs,
      networkMs: settings.networkTimeoutMs,
      killMs: settings.killTimeoutMs,
    },
  };
}

/** Finds rkt when it is first needed, and again after a failure, because it may be installed meanwhile. */
export function lazyRunner(settings: () => DriverSettings): () => Promise<RktRunner> {
  return memo(async () => {
    const { rkt, rktDir: dir, rktTimeoutMs: timeoutMs, rktConcurrency: concurrency } = settings();
    return createRktRunner({ binary: await resolveRkt(rkt, timeoutMs), dir, timeoutMs, concurrency });
  });
}
