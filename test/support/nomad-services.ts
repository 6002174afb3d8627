import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Subject, type SchedulerLike } from 'rxjs';

import type { Driver, Fingerprint, TaskEvent, TaskResourceUsage } from '../../src/index.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import type { ExitResult } from '../../src/model/exit-result.ts';
import { silentLogger, type Logger } from '../../src/model/logger.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../src/model/plugin.ts';
import { driverServices } from '../../src/nomad/driver-services.ts';
import { startPluginServer } from '../../src/nomad/plugin-server.ts';
import { counted } from './counted.ts';
import { connectPlugin, type PluginClient } from './plugin-client.ts';

/** What a driver reports when a test says so, with the number of those who listen. */
export function fakeDriver(ops: Partial<Driver> = {}) {
  const subjects = {
    fingerprint: new Subject<Fingerprint>(),
    events: new Subject<TaskEvent>(),
    stats: new Subject<TaskResourceUsage>(),
    exit: new Subject<ExitResult>(),
  };
  const streams = {
    fingerprint: counted(subjects.fingerprint),
    events: counted(subjects.events),
    stats: counted(subjects.stats),
    exit: counted(subjects.exit),
  };
  const config = { driver: driverConfigSchema.parse({}), agent: {} };
  const missing = (id: string): never => {
    throw taskNotFound(id);
  };
  const driver: Partial<Driver> = {
    pluginInfo: () => PLUGIN_INFO,
    capabilities: () => CAPABILITIES,
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    setConfig: () => undefined,
    config: () => config,
    fingerprint: () => streams.fingerprint.source$,
    taskEvents: () => streams.events.source$,
    taskStats: () => streams.stats.source$,
    waitTask: () => streams.exit.source$,
    inspectTask: missing,
    shutdown: () => {
      const { exit, ...endless } = subjects;
      exit.error(new RktError('RKT_ERR_SHUTDOWN', ''));
      Object.values(endless).forEach((subject) => subject.complete());
      return Promise.resolve();
    },
    ...ops,
  };
  return { driver: driver as Driver, subjects, streams };
}

export interface Services extends Omit<PluginClient, 'close'> {
  /** What the plugin does when it is asked to end. */
  readonly close: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Serves a driver in this process, and connects to it. */
export async function serve(
  driver: Driver,
  { logger = silentLogger, scheduler }: { readonly logger?: Logger; readonly scheduler?: SchedulerLike } = {},
): Promise<Services> {
  const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-services-'));
  const services = driverServices({ logger, createDriver: () => driver, ...(scheduler && { scheduler }) });
  const server = await startPluginServer({
    invitation: { appProtocol: 2, knowsMultiplexing: false, warnings: [], socketDir: directory },
    logger,
    services: () => Promise.resolve(services),
    onShutdown: () => undefined,
  });
  const client = connectPlugin(server.socket);
  return {
    ...client,
    close: () => services.close(),
    async dispose() {
      client.close();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
}
