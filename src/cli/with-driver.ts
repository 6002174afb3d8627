import { join } from 'node:path';

import type { Command } from 'commander';
import { firstValueFrom, of } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import type { RemoteDriver } from '../drivers/remote/index.ts';
import type { AgentAddress } from '../drivers/remote/node-transport.ts';
import { defaultDataDir } from '../model/default-directories.ts';
import type { FleetHost } from '../model/fleet-host.ts';
import type { Logger } from '../model/logger.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { AgentAnswer } from './agent-client/ask-agent.ts';
import { createOutput, type Output } from './cli-output.ts';
import type { CommandDriver } from './command-driver.ts';
import { chosenHost } from './contexts/chosen-host.ts';
import { sourcesOf } from './command-settings.ts';
import { createLogger } from './log.ts';
import { openReplay } from './replay-options.ts';
import { runSession, untilSignal, type Action, type OwnSession, type Session } from './command-session.ts';
import { driverConfigOf, driverOptionsOf, loadSettings, type Settings } from './settings.ts';

/** The settings of a command that was parsed: its flags, the environment and the config file. */
export function settingsOf(command: Command): Settings {
  return loadSettings(sourcesOf(command));
}

/**
 * Runs an action with the agent of the data directory, else with a driver of its own, and shuts that down afterwards. Signals
 * are the action's to handle.
 *
 * @param asked what the agent has answered already
 */
export async function withDriver(command: Command, act: Action, asked?: AgentAnswer): Promise<void> {
  await withReplay(command, act, { asked });
}

/** What {@link withReplay} works with besides the command. */
export interface ReplayedCommand {
  /** What the end of the recording does: see {@link openReplay}. */
  readonly end?: Parameters<typeof openReplay>[1];
  readonly asked?: AgentAnswer | undefined;
  /** A lost connection to the chosen host is opened again. */
  readonly reconnect?: boolean;
}

/** The same, or with the recording of `--replay`. */
export async function withReplay(
  command: Command,
  act: Action,
  { end = 'complete', asked, reconnect = false }: ReplayedCommand = {},
): Promise<void> {
  await run<CommandDriver>(
    command,
    act,
    async (common) =>
      (await openReplay(command, end)) ??
      (await agentOf(common, asked, reconnect)) ??
      (await ownDriver(common)),
  );
}

/** The same, but always with a separate driver: for actions that an agent cannot perform remotely. */
export async function withOwnDriver(command: Command, act: Action<OwnSession>): Promise<void> {
  await run(command, act, ownDriver);
}

/** What an action works with that an agent does, on another machine or as another user of this one. */
export interface AgentSession extends Session {
  readonly driver: RemoteDriver;
}

/** What to do with a driver of this process, and what with an agent. */
interface OwnOrAgent {
  readonly own: Action<OwnSession>;
  readonly agent: (session: AgentSession, address: AgentAddress) => ReturnType<Action>;
  /** Before an agent is asked for anything; throws what it cannot do. */
  readonly check?: (address: AgentAddress) => void;
}

/**
 * With a separate driver, or with the agent that {@link neededAgent} names.
 *
 * @throws RKT_ERR_AGENT_LOST, RKT_ERR_TOKEN and others for an agent that does not answer with its tasks
 */
export async function withOwnOrAgent(command: Command, { own, agent, check }: OwnOrAgent): Promise<void> {
  const settings = settingsOf(command);
  const { dataDir = defaultDataDir() } = settings;
  const { neededAgent } = await import('./agent-client/reachable-agent.ts');
  const address = neededAgent({ ...settings, dataDir }, agentSocketOf(settings), process.env);
  if (address === undefined) {
    await withOwnDriver(command, own);
    return;
  }
  check?.(address);
  const act = (session: AgentSession): ReturnType<Action> => agent(session, address);
  await run<RemoteDriver>(command, act, ({ logger }) => driverOf(address, logger));
}

/** The same, but without an agent the data directory is not changed: nothing is recovered or rolled back. */
export async function withBareDriver(command: Command, act: Action): Promise<void> {
  await run<CommandDriver>(command, act, async (common) => (await agentOf(common)) ?? bareDriver(common));
}

/** The same as {@link withDriver}, until a signal: see {@link untilSignal}. */
export async function withDriverUntilSignal(command: Command, act: Action): Promise<void> {
  await withDriver(command, untilSignal(act));
}

/** The same for a command that watches, and shows since when it is stale while the chosen host is lost. */
export async function withWatchedDriver(command: Command, act: Action): Promise<void> {
  await withReplay(command, untilSignal(act), { reconnect: true });
}

type Common = Pick<Session, 'settings' | 'output' | 'logger'>;

async function run<D extends CommandDriver>(
  command: Command,
  act: Action<Session & { readonly driver: D }>,
  open: (common: Common) => Promise<D>,
): Promise<void> {
  const settings = settingsOf(command);
  const common = { settings, output: createOutput(settings), logger: createLogger(settings) };
  const driver = await open(common);
  const listTasks = (): Promise<readonly TaskStatus[]> => firstValueFrom(driver.tasks());
  const listHosts = (): Promise<readonly FleetHost[]> => firstValueFrom(driver.hosts?.() ?? of([]));
  const nowMs = 'position' in driver ? () => (driver as unknown as Replayed).position().timeMs : Date.now;
  await runSession((interrupt) => ({ ...common, driver, listTasks, listHosts, nowMs, interrupt }), act);
}

/** The time of a replay is that of the recording. */
interface Replayed {
  position(): { readonly timeMs: number };
}

async function agentOf(
  { settings, logger }: Common,
  asked?: AgentAnswer,
  reconnect = false,
): Promise<CommandDriver | undefined> {
  const address = chosenHost(settings, process.env);
  if (address !== undefined) {
    return await driverOf(address, logger, reconnect);
  }
  if (!settings.agent) return undefined;
  const { connectAgent } = await import('./agent-client/connect-agent.ts');
  return connectAgent(agentSocketOf(settings), logger, asked);
}

async function driverOf(address: AgentAddress, logger: Logger, reconnect = false): Promise<RemoteDriver> {
  const [{ askHost }, { createRemoteDriver }] = await Promise.all([
    import('./agent-client/ask-agent.ts'),
    import('../drivers/remote/connect-remote.ts'),
  ]);
  const { tasks } = await askHost(address);
  return createRemoteDriver({ ...address, tasks, reconnect, logger });
}

/** Where the agent of the data directory listens, if there is one. */
export function agentSocketOf(settings: Settings): string {
  return join(settings.dataDir ?? defaultDataDir(), 'agent.sock');
}

async function ownDriver(common: Common): Promise<Driver> {
  const driver = await bareDriver(common);
  await recover(driver, common.output);
  return driver;
}

/** Loaded only here: with an agent a command needs no driver. */
async function bareDriver({ settings, logger }: Common): Promise<Driver> {
  const { createDriver } = await import('../driver.ts');
  // A command is no consumer that comes again: what it saw is still news to an agent.
  const driver = createDriver({ ...driverOptionsOf(settings), publisher: '', logger });
  driver.setConfig(driverConfigOf(settings));
  return driver;
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
  // An incomplete list would look complete.
  if (denied !== undefined) throw denied.error;
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
}
