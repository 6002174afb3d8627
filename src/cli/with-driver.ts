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

/** What the action of a command works with. */
export interface Session {
  /** Of an agent, when one runs on the data directory. All tasks of the data directory are recovered. */
  readonly driver: CommandDriver;
  readonly settings: Settings;
  readonly output: Output;
  readonly interrupt: Interrupt;
  readonly logger: Logger;
}

/** The same with a driver in this process, whoever else has one. */
export interface OwnSession extends Session {
  readonly driver: Driver;
}

/** What a command does; what it returns becomes the exit code, 0 when it returns nothing. */
export type Action<S extends Session = Session> = (session: S) => Promise<number | undefined>;

/** The settings of a command that was parsed: its flags, the environment and the config file. */
export function settingsOf(command: Command): Settings {
  const { agent, ...flags } = command.optsWithGlobals<Record<string, unknown>>();
  // Without the flag, commander says true; then the variable and the file count.
  const given = agent === false ? { ...flags, agent } : flags;
  return loadSettings({ flags: given, env: process.env, cwd: process.cwd() });
}

/**
 * Runs an action with the agent of the data directory, else with a driver of its own, and lets go of it afterwards. Signals
 * are the action's to handle.
 */
export async function withDriver(command: Command, act: Action): Promise<void> {
  await run(command, act, async (common) => (await agentOf(common)) ?? ownDriver(common));
}

/** The same, but always with a driver of its own: for what an agent cannot do from afar. */
export async function withOwnDriver(command: Command, act: Action<OwnSession>): Promise<void> {
  await run(command, act, ownDriver);
}

/** The same, but without an agent the data directory stays as it is: nothing is recovered, and nothing is undone. */
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
  // A command is no consumer that comes again: what it saw is still news to an agent.
  const driver = createDriver({ ...driverOptionsOf(settings), publisher: '', logger });
  driver.setConfig(driverConfigOf(settings));
  return driver;
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
    error: (error: unknown) => logger.error({ error }, 'No longer following the tasks of other processes'),
  });
}

async function recover(driver: Driver, output: Output): Promise<void> {
  const { failures } = await driver.recoverTasks();
  const denied = failures.find(({ error }) => error.code === 'RKT_ERR_PERMISSION');
  // A list without the tasks of others would pass for the whole.
  if (denied !== undefined) throw denied.error;
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
}
