import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';
import type { FleetHost } from '../model/fleet-host.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { Output } from './cli-output.ts';
import type { CommandDriver, CommandOps } from './command-driver.ts';
import { exitCodeOfSignal } from './exit-codes.ts';
import { listenForInterrupt, type Interrupt } from './interrupt.ts';
import type { Settings } from './settings.ts';

/** What the action of a command works with that asks and acts, but watches nothing. */
export interface OpsSession {
  /** Of an agent, when one runs on the data directory. All tasks of the data directory are recovered. */
  readonly driver: CommandOps;
  /** The tasks of the data directory now. */
  listTasks(): Promise<readonly TaskStatus[]>;
  /** The hosts of the agent of a fleet; empty for another agent, and absent without one. */
  listHosts?(): Promise<readonly FleetHost[]>;
  /** Now, or the time of the recording that is played; in ms since 1970. */
  readonly nowMs: () => number;
  readonly output: Output;
  readonly interrupt: Interrupt;
  readonly logger: Logger;
}

/** What the action of a command works with that watches tasks. */
export interface Session extends OpsSession {
  readonly driver: CommandDriver;
  readonly settings: Settings;
}

/** The same with a driver in this process, whether an agent runs or not. */
export interface OwnSession extends Session {
  readonly driver: Driver;
}

/** What a command does; what it returns becomes the exit code, 0 when it returns nothing. */
export type Action<S extends OpsSession = Session> = (session: S) => Promise<number | undefined>;

/** Runs an action, and shuts its driver down afterwards. Signals are the action's to handle. */
export async function runSession<S extends OpsSession>(
  open: (interrupt: Interrupt) => S,
  act: Action<S>,
): Promise<void> {
  const interrupt = listenForInterrupt();
  const session = open(interrupt);
  try {
    process.exitCode = (await act(session)) ?? 0;
  } finally {
    await session.driver.shutdown();
    interrupt.dispose();
  }
}

/**
 * An action that the first signal ends: it shuts the driver down. Streams complete then, and the command ends as if they had
 * ended by themselves; an op in progress fails, and the command exits with 128 + n. A second signal ends it at once.
 */
export function untilSignal<S extends OpsSession>(act: Action<S>): Action<S> {
  return async (session) => {
    const { driver, interrupt, logger } = session;
    interrupt.onSignal((signal) => {
      if (interrupt.count() > 1) process.exit(exitCodeOfSignal(signal));
      driver.shutdown().catch((error: unknown) => logger.error({ error }, 'The shutdown failed'));
    });
    try {
      return await act(session);
    } catch (error) {
      const signal = interrupt.received();
      if (signal === undefined) throw error;
      logger.debug({ error, signal }, 'Interrupted');
      return exitCodeOfSignal(signal);
    }
  };
}
