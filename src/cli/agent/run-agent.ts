import type { Command } from 'commander';
import { firstValueFrom, map } from 'rxjs';

import { createDriver } from '../../driver.ts';
import type { Driver, DriverOptions } from '../../driver-interface.ts';
import { driverSettings } from '../../model/driver-options.ts';
import { createServer } from '../../server/index.ts';
import { createLogger, type LevelledLogger } from '../log.ts';
import { createOutput, type Output } from '../cli-output.ts';
import { sourcesOf } from '../command-settings.ts';
import { configPath } from '../settings-sources.ts';
import { driverConfigOf, driverOptionsOf } from '../settings.ts';
import { agentSocketOf, settingsOf } from '../with-driver.ts';
import {
  metricsSource,
  startOtlp,
  serverOptions,
  type AgentConfiguration,
  type AgentParts,
} from './agent-parts.ts';
import { settingsOfAgent } from './settings-of-agent.ts';
import { logHealth, logStart } from './log-start.ts';
import { reloader } from './reload.ts';
import { Restarts } from './restart-tasks.ts';
import { takeServiceManager } from './service-manager.ts';
import { supervise } from './supervise.ts';
import { untilStopped } from './agent-signals.ts';
import { announce } from './announce.ts';

/** Runs an agent until SIGTERM or SIGINT. Its tasks run on afterwards. */
export async function runAgent(command: Command): Promise<void> {
  const load = (): AgentConfiguration => {
    const common = settingsOf(command);
    return { common, agent: settingsOfAgent(command, common), path: configPath(sourcesOf(command)) };
  };
  const configuration = load();
  if (configuration.agent.fleet !== undefined) {
    const { runFleetAgent } = await import('./run-fleet-agent.ts');
    await runFleetAgent(configuration, load);
    return;
  }
  const output = createOutput(configuration.common);
  const closers: (() => unknown)[] = [];
  try {
    const logger = createLogger(configuration.common);
    const manager = takeServiceManager(logger);
    const parts = await openParts(configuration, { output, logger }, closers);
    const { driver, server } = parts;
    logStart(logger, { server, config: configuration.path, recovered: parts.recovered });
    const health = logHealth(logger, driver);
    closers.push(() => health.unsubscribe());
    const reload = reloader(parts, configuration, load);
    const supervision = supervise(manager, {
      server,
      progress: () => driver.samplingStats(),
      health: () => driver.fingerprint().pipe(map(({ health, description }) => `${health}: ${description}`)),
    });
    const stopped = untilStopped(() => supervision.reload(reload));
    announce(server, output);
    await stopped;
    await supervision.stop();
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Opens everything in turn; `closers` undo what was opened, whatever fails. */
async function openParts(
  { common, agent }: AgentConfiguration,
  { output, logger }: { readonly output: Output; readonly logger: LevelledLogger },
  closers: (() => unknown)[],
): Promise<AgentParts & { readonly recovered: readonly string[] }> {
  const options: DriverOptions = { ...driverOptionsOf(common), publisher: 'agent' };
  const driver = createDriver({ ...options, logger });
  closers.push(() => driver.shutdown());
  driver.setConfig(driverConfigOf(common));
  const socketPath = agent.socket ?? agentSocketOf(common);
  // Acquired before anything is sampled or served, and released after everything else.
  closers.unshift(await driver.lockAgent(socketPath === 'none' ? {} : { socketPath }));
  // From here on, each component would report by itself that the driver cannot be opened.
  await firstValueFrom(driver.samplingStats());
  const metrics = await metricsSource(driver, agent, logger);
  closers.push(metrics.close);
  const { dataDir } = driverSettings(options);
  closers.push(await startOtlp(driver, agent, logger));
  const recovered: string[] = [];
  const server = await createServer(driver, {
    ...serverOptions(agent, dataDir),
    metrics: metrics.render,
    // Metrics, OTLP and alerts are subscribed by now, so that they see the exits that recovery publishes.
    beforeServing: async () => void recovered.push(...(await recover(driver, output))),
    logger,
  });
  closers.push(() => server.close());
  const others = driver.followTasks().subscribe({
    error: (error: unknown) => logger.error({ error }, 'No longer following the tasks of other processes'),
  });
  closers.push(() => others.unsubscribe());
  closers.push(await new Restarts({ driver, dataDir, logger }).begin());
  return { driver, server, metrics, logger, recovered };
}

async function recover(driver: Driver, output: Output): Promise<readonly string[]> {
  const { recovered, failures } = await driver.recoverTasks();
  const denied = failures.find(({ error }) => error.code === 'RKT_ERR_PERMISSION');
  if (denied !== undefined) throw denied.error;
  for (const { file, error } of failures)
    output.warn(`${file}: ${error.message}`, { code: error.code, file });
  return recovered;
}
