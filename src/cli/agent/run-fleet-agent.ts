import { join } from 'node:path';

import { Subject } from 'rxjs';

import { createFleetDriver, type FleetDriver } from '../../drivers/fleet/index.ts';
import type { Logger } from '../../model/logger.ts';
import { driverSettings } from '../../model/driver-options.ts';
import { createServer } from '../../server/index.ts';
import { createOutput } from '../cli-output.ts';
import { findHosts, searchOf } from '../fleet/find-hosts.ts';
import { toDrivers } from '../fleet/fleet-drivers.ts';
import { parseFleetSource } from '../fleet/fleet-source.ts';
import { tokenFinder } from '../fleet/host-token.ts';
import { createLogger } from '../log.ts';
import { driverOptionsOf, type Settings } from '../settings.ts';
import { metricsSource, serverOptions, startOtlp, type AgentConfiguration } from './agent-parts.ts';
import type { AgentSettings } from './agent-settings.ts';
import { untilStopped } from './agent-signals.ts';
import { logStart } from './log-start.ts';
import { announce } from './announce.ts';
import { reloader } from './reload.ts';
import { takeServiceManager } from './service-manager.ts';
import { supervise } from './supervise.ts';

/** How often hosts are searched again, and tokens are read. */
const REFRESH_MS = 10_000;

/**
 * Serves the agents of other machines as one, until SIGTERM or SIGINT. It starts no rkt and owns no task: its token, socket and
 * history are in a directory of its own below the data directory, so that an agent of this machine can run beside it.
 */
export async function runFleetAgent(
  configuration: AgentConfiguration,
  load: () => AgentConfiguration,
): Promise<void> {
  const { common, agent } = configuration;
  const output = createOutput(common);
  const logger = createLogger(common);
  const manager = takeServiceManager(logger);
  const closers: (() => unknown)[] = [];
  try {
    const refreshSubject = new Subject<void>();
    const driver = await openFleet({ ...agent, tlsCa: common.tlsCa }, logger, refreshSubject);
    closers.push(() => driver.shutdown());
    const metrics = await metricsSource(driver, agent, logger);
    closers.push(metrics.close);
    closers.push(await startOtlp(driver, agent, logger));
    const dataDir = join(driverSettings(driverOptionsOf(common)).dataDir, 'fleet');
    const server = await createServer(driver, {
      ...serverOptions(agent, dataDir),
      metrics: metrics.render,
      logger,
    });
    closers.push(() => server.close());
    const reload = reloader({ driver, server, metrics, logger }, configuration, load);
    logStart(logger, { server, config: configuration.path });
    const supervision = supervise(manager, { server });
    const stopped = untilStopped(() =>
      supervision.reload(() => {
        reload();
        refreshSubject.next();
      }),
    );
    announce(server, output);
    await stopped;
    await supervision.stop();
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** @throws RKT_ERR_OPTIONS for a source of another form, and for a file that cannot be read */
async function openFleet(
  { fleet, fleetTokens, tlsCa }: AgentSettings & Pick<Settings, 'tlsCa'>,
  logger: Logger,
  refresh$: Subject<void>,
): Promise<FleetDriver> {
  const source = parseFleetSource(fleet ?? '', process.cwd());
  const nomadToken = process.env['NOMAD_TOKEN'];
  // What is wrong in a file can be mended now; Nomad and name servers come and go.
  if (source.kind === 'file') await searchOf(source, nomadToken).find(() => undefined);
  const sources$ = findHosts(source, { logger, nomadToken, refreshMs: REFRESH_MS, refresh$ }).pipe(
    toDrivers({ findToken: tokenFinder(fleetTokens), tlsCa, logger }),
  );
  return createFleetDriver({ sources: sources$, closeSources: true, logger });
}
