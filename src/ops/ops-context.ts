import type { SchedulerLike } from 'rxjs';

import type { DriverConfig } from '../model/driver-config.ts';
import type { Logger } from '../model/logger.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { StateStore } from '../registry/state-store.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import type { Cgroups } from '../sources/cgroup/cgroups.ts';
import type { LogLimits } from './task-log-limits.ts';

/** The timeouts of the ops, in ms. */
export interface OpTimeouts {
  /** `rkt prepare` may fetch an image. */
  readonly prepareMs: number;
  /** From the shim's start to the app's. */
  readonly launchMs: number;
  /** For a network with mapped ports; one minute, as in the original. */
  readonly networkMs: number;
  /** From SIGKILL to the exit. */
  readonly killMs: number;
}

/** Removes images that no pod needs any more, after the delay of the driver configuration. */
export interface ImageGc {
  /** Schedules the image of a removed pod; a repeated call restarts the delay. */
  consider(imageId: string): void;
}

/** The context of the ops. The driver creates it once; tests replace it. */
export interface OpsContext {
  readonly registry: TaskRegistry;
  readonly store: StateStore;
  readonly cgroups: Cgroups;
  /** Finds rkt at the first call; rejects if there is none. */
  readonly runner: () => Promise<RktRunner>;
  readonly driverConfig: () => DriverConfig;
  readonly dataDir: string;
  /** The pods directory of rkt. */
  readonly rktDir: string;
  /** The process of this driver, written into every state file. */
  readonly owner: ProcessId;
  /** Identifies this driver. */
  readonly instance: string;
  /** The name under which it records what it has published; empty for a driver that records nothing. */
  readonly publisher: string;
  /** When it was created. */
  readonly beganAtMs: number;
  readonly imageGc: ImageGc;
  /** The default log limits of tasks. */
  readonly logLimits: LogLimits;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  readonly timeouts: OpTimeouts;
  /** Aborts when the driver shuts down. */
  readonly shutdown: AbortSignal;
}
