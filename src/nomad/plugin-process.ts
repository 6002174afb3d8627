import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from '../model/logger.ts';
import { memo } from '../model/memo.ts';
import { NOT_TO_BE_RUN, readInvitation, type Invitation } from './handshake.ts';
import { createHclog, type HclogLevel } from './hclog.ts';
import { createLogPipe, guardStdout } from './log-pipe.ts';
import { removeOrphans } from './socket.ts';
import type { DriverServices, PluginServer } from './plugin-server.ts';

export interface ServePluginOptions {
  /** From which level on there is something on stderr. The host filters again. Default `debug`. */
  readonly logLevel?: HclogLevel;
  /** Makes the driver; called once, after the handshake. Default: the rkt driver, with its default options. */
  readonly loadServices?: (logger: Logger) => Promise<DriverServices>;
}

/** The answer to Shutdown gets this long to reach the host. */
const ANSWER_MS = 50;
/** The host kills the plugin 2 s after it requested the exit. */
const CLOSING_MS = 1_200;

/**
 * Turns this process into a Nomad plugin: handshake on stdout, log on stderr, services on a unix socket, until the
 * host requests the exit or SIGTERM arrives. When the host dies without a request the plugin keeps running: the next
 * agent finds it through its socket, with all its tasks.
 *
 * @returns the exit code; the caller ends the process with it
 * @example
 * process.exitCode = await servePlugin();
 */
export async function servePlugin(options: ServePluginOptions = {}): Promise<number> {
  const { logLevel, loadServices = loadRktDriver } = options;
  const invitation = readInvitation(process.env);
  if (invitation === undefined) {
    process.stderr.write(NOT_TO_BE_RUN);
    return 1;
  }
  const logger = openLog(logLevel);
  invitation.warnings.forEach((warning) => logger.warn({}, warning));
  const { ending, end } = endings(logger);
  const driver = onDemand(() => loadServices(logger));
  const server = await open(invitation, logger, driver.get, () => end('requested by the host'));
  if (server === undefined) return 1;
  process.once('exit', () => server.close());
  writeSync(1, server.handshake);
  driver.get().catch((error: unknown) => logger.error({ error }, 'The driver could not be loaded'));
  removeOrphans(server.socket).catch((error: unknown) =>
    logger.debug({ error }, 'Could not check for old sockets'),
  );
  const reason = await ending;
  logger.debug({ reason }, 'The plugin exits; its tasks keep running');
  await Promise.race([Promise.all([delay(ANSWER_MS), driver.close()]), delay(CLOSING_MS)]);
  server.close();
  return 0;
}

async function loadRktDriver(logger: Logger): Promise<DriverServices> {
  const { driverServices } = await import('./driver-services.ts');
  return driverServices({ logger });
}

/** From here on stdout is for the handshake alone, and stderr for lines that the host can read. */
function openLog(level: HclogLevel | undefined): Logger {
  const write = createLogPipe(process.stderr, (count) => `[WARN] ${count} lines of the log were lost\n`);
  const logger = createHclog({ ...(level !== undefined && { level }), write });
  guardStdout(process.stdout, (line) => logger.warn({ stream: 'stdout' }, line));
  // Node's own listener writes lines that are no records.
  process.removeAllListeners('warning').on('warning', ({ name, message }) => logger.warn({ name }, message));
  return logger;
}

async function open(
  invitation: Invitation,
  logger: Logger,
  services: () => Promise<DriverServices>,
  onShutdown: () => void,
): Promise<PluginServer | undefined> {
  try {
    const { startPluginServer } = await import('./plugin-server.ts');
    return await startPluginServer({ invitation, logger, services, onShutdown });
  } catch (error) {
    logger.error({ error }, 'The plugin cannot start');
    return undefined;
  }
}

/** Ctrl-C in the agent's terminal reaches the plugin as well, but the agent decides when it exits. */
function endings(logger: Logger): {
  readonly ending: Promise<string>;
  readonly end: (reason: string) => void;
} {
  let end: (reason: string) => void = () => undefined;
  const ending = new Promise<string>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => logger.info({ signal }, 'The signal is ignored: the agent ends its plugins'));
  }
  process.on('SIGTERM', () => end('SIGTERM'));
  const die = (error: unknown): void => {
    logger.error({ error, stack: error instanceof Error ? error.stack : undefined }, 'The plugin failed');
    process.exit(1);
  };
  process.on('uncaughtException', die).on('unhandledRejection', die);
  return { ending, end };
}

interface OnDemand {
  readonly get: () => Promise<DriverServices>;
  readonly close: () => Promise<void>;
}

/** Loads once; what is not loaded yet when it is to be closed is not waited for. */
function onDemand(load: () => Promise<DriverServices>): OnDemand {
  let loaded: DriverServices | undefined;
  return {
    get: memo(async () => (loaded = await load())),
    close: async () => loaded?.close(),
  };
}
