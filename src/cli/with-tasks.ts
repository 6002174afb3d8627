import { join } from 'node:path';

import type { Command } from 'commander';

import type { FleetHost } from '../model/fleet-host.ts';
import type { Logger } from '../model/logger.ts';
import { createAgentOps } from '../drivers/remote/agent-ops.ts';
import { askAgent, askHost, type AgentAnswer } from './agent-client/ask-agent.ts';
import { createOutput } from './cli-output.ts';
import { chosenHost } from './contexts/chosen-host.ts';
import { sourcesOf } from './command-settings.ts';
import { plainSettings, type PlainSettings } from './plain-settings.ts';
import { runSession, untilSignal, type Action, type OpsSession } from './command-session.ts';
import { findSettings } from './settings-sources.ts';

/**
 * Runs an action with the agent of the data directory, else with a driver of its own, until a signal. With an agent neither
 * the driver nor what checks and watches is loaded: it would take several times as long as the command itself.
 */
export async function withTasks(command: Command, act: Action<OpsSession>): Promise<void> {
  const settings = plainSettings(findSettings(sourcesOf(command)));
  const asked = settings === undefined ? undefined : await ask(settings);
  if (settings === undefined || asked?.agent === undefined) {
    const { withDriver } = await import('./with-driver.ts');
    await withDriver(command, untilSignal<OpsSession>(act), asked);
    return;
  }
  const { requests, tasks } = asked.agent;
  const listTasks: OpsSession['listTasks'] = () => Promise.resolve(tasks);
  const listHosts = async (): Promise<readonly FleetHost[]> =>
    ((await requests.json({ path: '/v1/hosts' })) as { readonly hosts: readonly FleetHost[] }).hosts;
  const logger = lateLogger(settings);
  const common = { output: createOutput(settings), logger, listTasks, listHosts, nowMs: Date.now };
  const driver = createAgentOps(requests, { tasks });
  await runSession<OpsSession>((interrupt) => ({ ...common, driver, interrupt }), untilSignal(act));
}

/** The agent of the chosen host, which must be there, or that of the data directory. */
async function ask(settings: PlainSettings): Promise<AgentAnswer | undefined> {
  const address = chosenHost(settings, process.env);
  if (address !== undefined) return { agent: await askHost(address) };
  return settings.agent ? askAgent({ socketPath: join(settings.dataDir, 'agent.sock') }) : undefined;
}

/** Loads the logger for its first message: most of these commands have none. */
function lateLogger(settings: PlainSettings): Logger {
  const write =
    (level: keyof Logger): Logger['warn'] =>
    (fields, message) =>
      void import('./log.ts').then(({ createLogger }) => createLogger(settings)[level](fields, message));
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
