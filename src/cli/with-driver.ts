import { join } from 'node:path';

import type { Command } from 'commander';

import { createDriver } from '../driver.ts';
import type { Driver } from '../driver-interface.ts';
import { driverSettings } from '../model/driver-options.ts';
import type { Logger } from '../model/logger.ts';
import { connectAgent } from './agent-client/connect-agent.ts';
import type { CommandDriver } from './command-driver.ts';
import { exitCodeOfSignal } from './exit-codes.ts';
import { listenForInterrupt, type Interrupt } from './interrupt.ts';
import { createLogger } from './log.ts';
import { createOutput, type Output } from './cli-output.ts';
import { driverConfigOf, driverOptionsOf, loadSettings, type Settings } from './settings.ts';

/** The session of a command. */
export interface Session {
  /** The client of an agent if one runs on the data directory. All tasks of the data directory are recovered. */
  readonly driver: CommandDriver;
  readonly settings: Settings;
  readonly output: Output;
  readonly interrupt: Interrupt;
  readonly logger: Logger;
}

/** The same with a driver in this process, even if an agent is running. */
export interface OwnSession extends Session {
  readonly driver: Driver;
}

/** The action of a command; its result becomes the exit code, 0 if it returns nothing. */
export type Action<S extends Session = Session> = (session: S) => Promise<number | undefined>;

/** The settings of a command that was parsed: its flags, the environment and the config file. */
export function settingsOf(command: Command): Settings {
  const { agent, ...flags } = command.optsWithGlobals<Record<string, unknown>>();
  // Without the flag, commander sets true; then the variable and the file apply.
  const given = agent === false ? { ...flags, agent } : flags;
  return loadSettings({ flags: given, env: process.env, cwd: process.cwd() });
}

/**
 * Runs an action with the agent of the data directory, else with a separate driver, and closes it afterwards. The
 * action handles signals.
 */
export async function withDriver(command: Command, act: Action): Promise<void> {
  await run(command, act, async (common) => (await agentOf(common)) ?? ownDriver(common));
}

/** The same, but always with a separate driver: for actions that an agent cannot perform remotely. */
export async function withOwnDriver(command: Command, act: Action<OwnSession>): Promise<void> {
  await run(command, act, ownDriver);
}

/** The same, but without an agent the data directory is not changed: nothing is recovered or rolled back. */
export async function withBareDriver(command: Command, act: Action): Promise<void> {
  await run(command, act, async (common) => (await agentOf(common)) ?? bareDriver(common));
}

type Common = Omit<Session, 'driver' | 'interrupt'>;

async function run<D extends CommandDriver>(
  command: Command,
  act: (session: Session & { readonly driver: D }) => Promise<number | undefined>,
  open: (common: Common) => Promise<D>,
): Promise<void> {
  const settings = settingsOf(command);
  const common = { settings, output: createOutput(settings), logger: createLogger(settings) };
  const driver = await open(common);
  const interrupt = listenForInterrupt();
  try {
    process.exitCode = (await act({ ...common, driver, interrupt })) ?? 0;
  } finally {
    await driver.shutdown();
    interrupt.dispose();
  }
}

async function agentOf({ settings, logger }: Common): Promise<CommandDriver | undefined> {
  return settings.agent ? connectAgent(agentSocketOf(settings), logger) : undefined;
}

/** Where the agent of the data directory listens, if there is one. */
export function agentSocketOf(settings: Settings): string {
  return join(driverSettings(driverOptionsOf(settings)).dataDir, 'agent.sock');
}

async function ownDriver(common: Common): Promise<Driver> {
  const driver = bareDriver(common);
  await recover(driver, common.output);
  return driver;
}

function bareDriver({ settings, logger }: Common): Driver {
  // A command is not a lasting consumer: an agent must still publish what it saw.
  const driver = createDriver({ ...driverOptionsOf(settings), publisher: '', logger });
  driver.setConfig(driverConfigOf(settings));
  return driver;
}

/**
 * The same, but the first signal shuts the driver down. Streams then complete, and the command ends as if they had
 * ended by themselves; an op in progress fails, and the command exits with 128 + n. A second signal exits
 * immediately.
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

/** Follows the tasks of other processes until the driver is shut down. */
export function followOthers({ driver, logger }: Session): void {
  driver.followTasks().subscribe({
    error: (error: unknown) => logger.error({ error }, 'No longer following the tasks of other processes'),
  });
}

async function recover(driver: Driver, output: Output): Promise<void> {
  const { failures } = await driver.recoverTasks();
  const denied = failures.find(({ error }) => error.code === 'RKT_ERR_PERMISSION');
  // An incomplete list would look complete.
  if (denied !== undefined) throw denied.error;
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
}
