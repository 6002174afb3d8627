import type { ServerResponse } from 'node:http';

import type { MiddlewareHandler } from 'hono';

import type { Logger } from '../model/logger.ts';
import type { ServerEnv } from './server-context.ts';

/** Requests that programs send every few seconds. */
const PERIODIC = /^\/(?:v1\/(?:health|ready)|metrics)$/;
const MAX_PATH = 256;

/** What the log has of a request: no query, no headers and no body, which can contain secrets. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** The address of the client; absent over the unix socket, and for a request that another server passes on. */
  readonly remote?: string | undefined;
  /** The label of its token. */
  readonly token?: string | undefined;
}

/** Logs each request when it was answered, and each stream when it begins and ends. */
export function requestLog(logger: Logger): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const startMs = performance.now();
    await next();
    const { outgoing } = c.env;
    const request: LoggedRequest = {
      method: c.req.method,
      path: c.req.path,
      remote: outgoing?.req.socket.remoteAddress,
      // A request that was refused has no caller.
      token: (c.var as Partial<ServerEnv['Variables']>).caller?.label,
    };
    if (outgoing === undefined) {
      logRequest(logger, request, { status: c.res.status, startMs });
      return;
    }
    const isStream = outgoing.headersSent && !outgoing.writableEnded;
    if (isStream) logStreamOpened(logger, request);
    onClose(outgoing, () => {
      if (isStream) logStreamClosed(logger, request, startMs);
      else logRequest(logger, request, { status: outgoing.statusCode, startMs });
    });
  };
}

/** Health checks and scrapes at debug, all others at info. */
export function logRequest(
  logger: Logger,
  { method, path, remote, token }: LoggedRequest,
  { status, startMs }: { readonly status: number; readonly startMs: number },
): void {
  const level = PERIODIC.test(path) ? 'debug' : 'info';
  const ms = elapsedMs(startMs);
  logger[level]({ method, path: shortened(path), status, ms, remote, token }, 'Request');
}

export function logStreamOpened(logger: Logger, { path, ...rest }: LoggedRequest): void {
  logger.info({ ...rest, path: shortened(path) }, 'Stream opened');
}

export function logStreamClosed(logger: Logger, { path, ...rest }: LoggedRequest, startMs: number): void {
  logger.info({ ...rest, path: shortened(path), ms: elapsedMs(startMs) }, 'Stream closed');
}

function onClose(outgoing: ServerResponse, listener: () => void): void {
  if (outgoing.closed || outgoing.destroyed) listener();
  else outgoing.once('close', listener);
}

function shortened(path: string): string {
  return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
}

function elapsedMs(startMs: number): number {
  return Math.round((performance.now() - startMs) * 10) / 10;
}
