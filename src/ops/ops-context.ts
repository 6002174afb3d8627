import type { SchedulerLike } from 'rxjs';

import type { DriverConfig } from '../model/driver-config.ts';
import type { Logger } from '../model/logger.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { StateStore } from '../registry/state-store.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import type { Cgroups } from '../sources/cgroup/cgroups.ts';
import type { LogLimits } from './task-log-limits.ts';

/** How long the ops wait for what, in ms. */
export interface OpTimeouts {
  /** `rkt prepare` may fetch an image. */
  readonly prepareMs: number;
  /** From the shim's start to the app's. */
  readonly launchMs: number;
  /** For a network that ports are mapped to; the original's minute. */
  readonly networkMs: number;
  /** From SIGKILL to the exit. */
  readonly killMs: number;
}

/** Removes images that no pod needs any more, after the delay of the driver configuration. */
export interface ImageGc {
  /** The image of a pod that is gone; asked for again, its delay begins anew. */
  consider(imageId: string): void;
}

/** What the ops work with. The driver binds it once; tests give their own. */
export interface OpsContext {
  readonly registry: TaskRegistry;
  readonly store: StateStore;
  readonly cgroups: Cgroups;
  /** Finds rkt at the first call; rejects while there is none. */
  readonly runner: () => Promise<RktRunner>;
  readonly driverConfig: () => DriverConfig;
  readonly dataDir: string;
  /** Where rkt keeps its pods. */
  readonly rktDir: string;
  /** This driver's own process, written into every state file. */
  readonly owner: ProcessId;
  /** Tells this driver from every other one. */
  readonly instance: string;
  /** The name under which it notes what it has published; empty for a driver that notes nothing. */
  readonly publisher: string;
  /** When it was created. */
  readonly beganAtMs: number;
  readonly imageGc: ImageGc;
  /** For tasks that say nothing of their logs. */
  readonly logLimits: LogLimits;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  readonly timeouts: OpTimeouts;
  /** Aborts when the driver shuts down. */
  readonly shutdown: AbortSignal;
}
