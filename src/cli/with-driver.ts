import type { Command } from 'commander';

import { createDriver } from '../driver.ts';
import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';
import { exitCodeOfSignal } from './exit-codes.ts';
import { listenForInterrupt, type Interrupt } from './interrupt.ts';
import { createLogger } from './log.ts';
import { createOutput, type Output } from './output.ts';
import { driverOptionsOf, loadSettings, type Settings } from './settings.ts';

/** What the action of a command works with. */
export interface Session {
  /** All tasks of the data directory are recovered. */
  readonly driver: Driver;
  readonly settings: Settings;
  readonly output: Output;
  readonly interrupt: Interrupt;
  readonly logger: Logger;
}

/** What a command does; what it returns becomes the exit code, 0 when it returns nothing. */
export type Action = (session: Session) => Promise<number | undefined>;

/** The settings of a command that was parsed: its flags, the environment and the config file. */
export function settingsOf(command: Command): Settings {
  return loadSettings({ flags: command.optsWithGlobals(), env: process.env, cwd: process.cwd() });
}

/** Runs an action with a driver of its own, and shuts that down afterwards. Signals are the action's to handle. */
export async function withDriver(command: Command, act: Action): Promise<void> {
  const settings = settingsOf(command);
  const output = createOutput(settings);
  const logger = createLogger(settings);
  const driver = createDriver({ ...driverOptionsOf(settings), logger });
  driver.setConfig({ volumes_enabled: settings.volumesEnabled });
  await recover(driver, output);
  const interrupt = listenForInterrupt();
  try {
    process.exitCode = (await act({ driver, settings, output, interrupt, logger })) ?? 0;
  } finally {
    await driver.shutdown();
    interrupt.dispose();
  }
}

/**
 * The same, but the first signal shuts the driver down. Streams complete then, and the command ends as if they had ended
 * by themselves; an op that was under way fails, and the command exits with 128 + n. A second signal ends it at once.
 */
export async function withDriverUntilSignal(command: Command, act: Action): Promise<void> {
  await withDriver(command, async (session) => {
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
  });
}

/** Keeps the tasks of other processes in view until the driver is shut down. */
export function followOthers({ driver, logger }: Session): void {
  driver.followTasks().subscribe({
    error: (error: unknown) => logger.error({ error }, 'Tasks of other processes are no longer in view'),
  });
}

async function recover(driver: Driver, output: Output): Promise<void> {
  const { failures } = await driver.recoverTasks();
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
}
