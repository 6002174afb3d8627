import type { Command } from 'commander';

import { createDriver } from '../driver.ts';
import type { Driver } from '../driver-interface.ts';
import type { Logger } from '../model/logger.ts';
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

/** The settings of a command that was parsed: its flags, the environment and the config file. */
export function settingsOf(command: Command): Settings {
  return loadSettings({ flags: command.optsWithGlobals(), env: process.env, cwd: process.cwd() });
}

/**
 * Runs the action of a command with a driver of its own, and shuts that down afterwards. What the action returns becomes
 * the exit code, 0 when it returns nothing.
 */
export async function withDriver(
  command: Command,
  act: (session: Session) => Promise<number | undefined>,
): Promise<void> {
  const settings = settingsOf(command);
  const output = createOutput(settings);
  const logger = createLogger(settings);
  const driver = createDriver({ ...driverOptionsOf(settings), logger });
  driver.setConfig({ volumes_enabled: settings.volumesEnabled });
  const interrupt = listenForInterrupt();
  try {
    await recover(driver, output);
    process.exitCode = (await act({ driver, settings, output, interrupt, logger })) ?? 0;
  } finally {
    await driver.shutdown();
    interrupt.dispose();
  }
}

async function recover(driver: Driver, output: Output): Promise<void> {
  const { failures } = await driver.recoverTasks();
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
}
