import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';

import { createServer } from '../../server/index.ts';
import { createOutput } from '../cli-output.ts';
import { sourcesOf } from '../command-settings.ts';
import { createLogger } from '../log.ts';
import { openReplay } from '../replay-options.ts';
import { configPath } from '../settings-sources.ts';
import { settingsOf } from '../with-driver.ts';
import { metricsSource, startOtlp, reloadableOptions, serverOptions } from './agent-parts.ts';
import { settingsOfAgent } from './settings-of-agent.ts';
import { untilStopped } from './agent-signals.ts';
import { logStart } from './log-start.ts';
import { announce } from './announce.ts';
import { takeServiceManager } from './service-manager.ts';
import { supervise } from './supervise.ts';

/**
 * Serves a recording instead of this machine, until SIGTERM or SIGINT. It touches neither rkt nor the data directory,
 * and listens on no socket unless `--socket` names one. The token is in a directory of its own.
 */
export async function runReplayAgent(command: Command): Promise<void> {
  const settings = settingsOf(command);
  const agent = settingsOfAgent(command, settings);
  const output = createOutput(settings);
  const logger = createLogger(settings);
  const manager = takeServiceManager(logger);
  const closers: (() => unknown)[] = [];
  try {
    const driver = await openReplay(command, 'hold');
    if (driver === undefined) return;
    closers.push(() => driver.shutdown());
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-replay-'));
    closers.push(() => rm(directory, { recursive: true, force: true }));
    const metrics = await metricsSource(driver, agent, logger);
    closers.push(metrics.close);
    closers.push(await startOtlp(driver, agent, logger));
    const server = await createServer(driver, {
      socketPath: false,
      ...serverOptions({ ...agent, history: 'none' }, directory),
      metrics: metrics.render,
      playedAlerts: driver,
      logger,
    });
    closers.push(() => server.close());
    logStart(logger, { server, config: configPath(sourcesOf(command)) });
    const supervision = supervise(manager, { server });
    // Only what is in files: tokens and certificates.
    const stopped = untilStopped(() => supervision.reload(() => server.reload(reloadableOptions(agent))));
    announce(server, output);
    await stopped;
    await supervision.stop();
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
