import { isIP } from 'node:net';
import { join } from 'node:path';

import type { Observable } from 'rxjs';

import type { RecordedAlert } from '../drivers/recorded/recorded-alert.ts';
import { hostGroupId } from '../files/host-group.ts';
import { driverSettings } from '../model/driver-options.ts';
import { RktError } from '../model/rkt-error.ts';
import type { AlertConfigInput } from './alerts/alert-rules.ts';
import { parseListenAddress, type ListenAddress } from '../model/listen-address.ts';
import type { TlsFiles } from './tls-files.ts';
import { silentLogger, type Logger } from '../model/logger.ts';
import { PLUGIN_VERSION } from '../model/agent-version.ts';

/** What can be changed while the server runs. */
export interface ReloadableOptions {
  /**
   * Reads need the token as well. Over TCP false by default, and always true beyond loopback; true by default for requests
   * that a program of yours passes on, see {@link Server.fetch}.
   */
  readonly requireToken?: boolean;
  /**
   * Host names under which the server may be reached, besides those of the address it listens on. Requests that are passed
   * on are checked only when there are some.
   */
  readonly allowedHosts?: readonly string[];
  /** Certificate and key for the TCP port, which speaks HTTPS then; a reload reads the files again. None: HTTP. */
  readonly tls?: TlsFiles;
  /** The rules that raise alerts. */
  readonly alerts?: AlertConfigInput;
}

/** The text that a scrape gets. */
export type MetricsRenderer = (accept?: string) => { readonly contentType: string; readonly body: string };

/** The alerts of a recording that is played, such as those of a recorded driver. */
export interface PlayedAlerts {
  readonly recordedAlerts: () => Observable<RecordedAlert>;
  /** Those until the current time of the replay, oldest first. */
  readonly recordedAlertsUntilNow: () => readonly RecordedAlert[];
}

export interface ServerOptions extends ReloadableOptions {
  /** Holds the token and the socket. Default: that of the driver. */
  readonly dataDir?: string;
  /** More tokens than that of the agent. Default `<dataDir>/agent-tokens.json`, if it exists. */
  readonly tokensFile?: string;
  /** `'host:port'`, a port, or both as an object. Default 127.0.0.1:9477; port 0 takes a free one, false none. */
  readonly listen?: string | ListenAddress | false;
  /** The path under which another server passes requests on, such as `/rkt`. Default: none, `/`. */
  readonly basePath?: string;
  /** Default `<dataDir>/agent.sock`; false for none. */
  readonly socketPath?: string | false;
  /** A group of this machine, by name or number, that may use the socket too. Its members can do what the owner can. */
  readonly socketGroup?: string;
  /** Without it an address beyond loopback is refused. */
  readonly allowRemote?: boolean;
  /** Serves the page at `/`. True by default. */
  readonly dashboard?: boolean;
  readonly metrics?: MetricsRenderer;
  /** Where the history is recorded, to be there again after a restart; in memory alone by default. */
  readonly historyFile?: string;
  /** Where alerts and silences are recorded, to be there again after a restart; in memory alone by default. */
  readonly alertsFile?: string;
  /** Alerts of a recording, which are served instead of evaluating rules. */
  readonly playedAlerts?: PlayedAlerts;
  /** Done when alerts, history and streams watch the driver; requests are answered with 503 until it is over. */
  readonly beforeServing?: () => Promise<void>;
  /** Silent by default. */
  readonly logger?: Logger;
  readonly version?: string;
  readonly limits?: Partial<ServerLimits>;
}

/** What one client, or all of them, can make the server hold. */
export interface ServerLimits {
  readonly bodyBytes: number;
  /** Maximum connections per listener; beyond that the one that has waited longest without a request is closed. */
  readonly connections: number;
  /** Clients of streams and followers of logs, of whom an eighth can only come over the unix socket; and different samplings that they may ask for. */
  readonly streams: number;
  readonly samplings: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A stream client that takes nothing for so long is cut off. */
  readonly stallTimeoutMs: number;
  /** Events kept for those who come back. */
  readonly events: number;
  /** How long a GET waits for the first value of a stream. */
  readonly answerTimeoutMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 1_048_576,
  connections: 2_048,
  streams: 256,
  samplings: 32,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  heartbeatMs: 15_000,
  stallTimeoutMs: 60_000,
  events: 1_000,
  answerTimeoutMs: 15_000,
};

export const DEFAULT_LISTEN: ListenAddress = { host: '127.0.0.1', port: 9_477 };

/** The options with every default filled in. */
export interface ServerSettings {
  readonly dataDir: string;
  readonly tokensFile: string | undefined;
  readonly listen: ListenAddress | undefined;
  /** Without a slash at its end: empty for the root. */
  readonly basePath: string;
  readonly socketPath: string | undefined;
  readonly socketGroup: number | undefined;
  readonly isRemote: boolean;
  readonly dashboard: boolean;
  readonly metrics: MetricsRenderer | undefined;
  readonly historyFile: string | undefined;
  readonly alertsFile: string | undefined;
  readonly playedAlerts: PlayedAlerts | undefined;
  readonly logger: Logger;
  readonly version: string;
  readonly limits: ServerLimits;
}

/** @throws RKT_ERR_LISTEN for an address beyond loopback without `allowRemote` */
export function serverSettings(options: ServerOptions): ServerSettings {
  const { socketPath, dashboard = true, logger = silentLogger } = options;
  const listen = listenOf(options.listen);
  const { dataDir } = driverSettings(options.dataDir === undefined ? {} : { dataDir: options.dataDir });
  const isRemote = listen !== false && !isLoopback(listen.host);
  if (isRemote && options.allowRemote !== true) {
    throw new RktError(
      'RKT_ERR_LISTEN',
      `${listen.host} is not a loopback address, and nothing listens beyond loopback without allowRemote`,
    );
  }
  return Object.freeze({
    dataDir,
    tokensFile: options.tokensFile,
    listen: listen === false ? undefined : listen,
    socketPath: socketPath === false ? undefined : (socketPath ?? join(dataDir, 'agent.sock')),
    basePath: basePathOf(options.basePath),
    socketGroup:
      options.socketGroup === undefined ? undefined : hostGroupId(options.socketGroup, 'socketGroup'),
    isRemote,
    dashboard,
    metrics: options.metrics,
    historyFile: options.historyFile,
    alertsFile: options.alertsFile,
    playedAlerts: options.playedAlerts,
    logger,
    version: options.version ?? PLUGIN_VERSION,
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...options.limits }),
  });
}

function listenOf(listen: ServerOptions['listen'] = DEFAULT_LISTEN): ListenAddress | false {
  return typeof listen === 'string' ? parseListenAddress(listen) : listen;
}

/** @throws RKT_ERR_OPTIONS */
function basePathOf(path = ''): string {
  if (!/^(?:\/[\w.~-]+)*\/?$/.test(path))
    throw new RktError('RKT_ERR_OPTIONS', `basePath: ${JSON.stringify(path)} is not a path such as /rkt`);
  return path.replace(/\/$/, '');
}

/** Only addresses are accepted, and the one name that is never resolved elsewhere. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
