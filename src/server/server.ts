import type { RequestListener, Server as HttpServer, ServerResponse } from 'node:http';

import { BehaviorSubject } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { createLazyApi } from './lazy-api.ts';
import type { Api } from './request-api.ts';
import { withScrapes } from './scrape.ts';
import type { ServerContext } from './server-context.ts';
import { createClosing } from './closing.ts';
import type { UpgradeListener } from './exec/exec-upgrades.ts';
import { closeServer, listenOnSocket, listenOnTcp, type Listeners, type TcpServer } from './listen.ts';
import { loadTls, type TlsFiles } from './tls-files.ts';
import type { Logger } from '../model/logger.ts';
import { reasonOf } from '../model/reason-of.ts';
import { shareSocket } from './share-socket.ts';
import {
  serverSettings,
  type ServerSettings,
  type ReloadableOptions,
  type ServerOptions,
} from './options.ts';
import { createHub, type HubStats } from './sse/sse-hub.ts';
import type { Via } from './sse/stream-readers.ts';
import { tokenPath } from './tokens/agent-token.ts';
import { createAuthorizer, type Authorizer } from './tokens/authorizer.ts';
import { defaultTokensPath } from './tokens/tokens-file.ts';
import { watchFromStart } from './watch-from-start.ts';

/** The HTTP side of a driver. */
export interface Server {
  /** Absent when it listens on no TCP port. */
  readonly url: string | undefined;
  readonly socketPath: string | undefined;
  /** The file with the agent's own token, which may write. */
  readonly tokenPath: string;
  /**
   * Answers requests that another server passes on: `app.all('/rkt/*', (c) => server.fetch(c.req.raw))` of hono. Set `basePath` to that path,
   * and `listen` and `socketPath` to false if it is to be the only way. That server limits connections and sizes of
   * headers; reads need the token, unless `requireToken` is false.
   *
   * @example
   * const server = await createServer(driver, { listen: false, socketPath: false, basePath: '/rkt' });
   * const response = await server.fetch(new Request('http://localhost/rkt/v1/version'));
   * console.log(response.status); // 401: the request has no token
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * The same for servers of Node, such as express: `app.use('/rkt', server.handler)`. It reads the body itself.
   *
   * @example
   * import { createServer as createHttpServer } from 'node:http';
   * createHttpServer(server.handler).listen(8080);
   */
  readonly handler: RequestListener;
  /**
   * The same for WebSockets, over which commands run in tasks: `httpServer.on('upgrade', server.upgrade)`.
   *
   * @example
   * import { createServer as createHttpServer } from 'node:http';
   * createHttpServer(server.handler).on('upgrade', server.upgrade).listen(8080);
   */
  readonly upgrade: UpgradeListener;
  /** Replaces all options that can change while it runs, and reads the files of tokens and certificates again. */
  reload(options: ReloadableOptions): void;
  stats(): HubStats;
  /** Ends all streams and answers, and removes the socket. The driver goes on. */
  close(): Promise<void>;
}

/** The socket for the owner of the data directory, and for the group of the settings. */
async function listenLocally(
  driver: Driver,
  { socketPath, socketGroup, dataDir, limits }: ServerSettings & { readonly socketPath: string },
  listeners: Listeners,
): Promise<HttpServer> {
  const lock = (): ReturnType<Driver['lockAgent']> =>
    driver.capabilities().ops.includes('lockAgent')
      ? driver.lockAgent({ socketPath, what: 'socket' })
      : Promise.resolve(() => Promise.resolve());
  const server = await listenOnSocket(socketPath, limits, listeners, lock);
  try {
    if (socketGroup !== undefined) await shareSocket(socketPath, socketGroup, dataDir);
    return server;
  } catch (error) {
    await closeServer(server);
    throw error;
  }
}

function openAuthorizer({ dataDir, tokensFile, logger }: ServerSettings): Authorizer {
  return createAuthorizer({
    agentTokenFile: tokenPath(dataDir),
    tokensFile: tokensFile ?? defaultTokensPath(dataDir),
    isRequired: tokensFile !== undefined,
    logger,
  });
}

/**
 * Serves a driver over HTTP: its API, its streams, the metrics and the page.
 *
 * @throws RKT_ERR_LISTEN, RKT_ERR_AGENT_RUNNING, RKT_ERR_TOKEN_FILE, RKT_ERR_TLS, RKT_ERR_OPTIONS; nothing listens then
 * @example
 * const server = await createServer(driver);
 * await server.close();
 */
export async function createServer(driver: Driver, options: ServerOptions = {}): Promise<Server> {
  const settings = serverSettings(options);
  const { logger, version, limits } = settings;
  const authorizer = openAuthorizer(settings);
  const reloadedSubject = new BehaviorSubject<ReloadableOptions>(options);
  const closing = createClosing();
  const servers: (HttpServer | TcpServer['server'])[] = [];
  let hub: ServerContext['hub'] | undefined;
  let api: Api | undefined;

  const listeners = (via: Via): Listeners => ({
    request: untilServing(() => api?.listener(via)),
    upgrade: upgradesUntilServing(() => api?.upgrades(via)),
  });
  const mounted = listeners('mounted');
  const close = async (): Promise<void> => {
    const ended = closing.end();
    hub?.close();
    await Promise.all([ended, ...servers.splice(0).map(closeServer)]);
    reloadedSubject.complete();
    authorizer.close();
  };

  let tcp: TcpServer | undefined;
  try {
    // The socket first: it detects another agent.
    const { socketPath } = settings;
    if (socketPath !== undefined)
      servers.push(await listenLocally(driver, { ...settings, socketPath }, listeners('unix')));
    if (settings.listen !== undefined) {
      const identity = options.tls === undefined ? undefined : loadTls(options.tls);
      tcp = await listenOnTcp(settings.listen, limits, listeners('tcp'), identity);
      servers.push(tcp.server);
    }
    hub = createHub({ driver, logger, limits });
    const reloadable = (): ReloadableOptions => reloadedSubject.value;
    const { signal, atClose } = closing;
    const shared = { driver, version, logger, settings, authorizer, hub, closing: signal, atClose };
    const ctx = await watchFromStart({ ...shared, reloadable, reloaded$: reloadedSubject.asObservable() });
    await options.beforeServing?.();
    await ctx.alerts.recovered();
    api = withScrapes(createLazyApi(ctx), ctx);
  } catch (error) {
    await close();
    throw error;
  }
  const [listening, serving] = [hub, api];
  return {
    url: tcp?.url,
    socketPath: settings.socketPath,
    tokenPath: tokenPath(settings.dataDir),
    fetch: (request) => serving.fetch(request),
    handler: mounted.request,
    upgrade: mounted.upgrade,
    reload(next) {
      reloadTls(tcp, next.tls, logger);
      authorizer.reload();
      reloadedSubject.next(next);
    },
    stats: () => listening.stats(),
    close,
  };
}

/** Files that cannot be used leave the certificate of before. */
function reloadTls(tcp: TcpServer | undefined, tls: TlsFiles | undefined, logger: Logger): void {
  if (tcp === undefined) return;
  const { replaceTls } = tcp;
  if ((replaceTls === undefined) !== (tls === undefined))
    logger.warn({}, 'TLS needs a restart to begin or to end');
  if (replaceTls === undefined || tls === undefined) return;
  try {
    replaceTls(loadTls(tls));
  } catch (error) {
    logger.error({ err: error }, `the certificate was not changed: ${reasonOf(error)}`);
  }
}

/** Answers by what `find` finds, once there is something. */
function untilServing(find: () => RequestListener | undefined): RequestListener {
  let answer: RequestListener | undefined;
  return (incoming, outgoing) => {
    answer ??= find();
    if (answer === undefined) tooEarly(outgoing);
    else answer(incoming, outgoing);
  };
}

/** The same for WebSockets: a client connects again. */
function upgradesUntilServing(find: () => UpgradeListener | undefined): UpgradeListener {
  return (request, socket, head) => {
    const take = find();
    if (take === undefined) socket.destroy();
    else take(request, socket, head);
  };
}

function tooEarly(outgoing: ServerResponse): void {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1' };
  outgoing.writeHead(503, headers).end('The agent is starting.\n');
}
