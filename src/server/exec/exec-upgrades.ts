import { STATUS_CODES, ServerResponse, type IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { CHUNK_BYTES, EXEC_PROTOCOL, TICKET_PROTOCOL } from '../../model/exec-protocol.ts';
import { isRktError, type RktError } from '../../model/rkt-error.ts';
import { checkAccess } from '../access.ts';
import { answerHeaders } from '../answer-headers.ts';
import { errorAnswer, httpError } from '../error-body.ts';
import { logRequest, logStreamClosed, logStreamOpened, type LoggedRequest } from '../request-log.ts';
import type { ServerContext } from '../server-context.ts';
import type { Via } from '../sse/stream-readers.ts';
import type { ExecTickets } from './exec-tickets.ts';
import { serveExec } from './serve-exec.ts';

/** Takes a connection whose client wants another protocol than HTTP/1.1. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A message is a chunk with its number, or JSON, whose longest part is a command line. */
const MAX_MESSAGE_BYTES = 4 * CHUNK_BYTES;
const PATH = /^\/v1\/tasks\/([^/]+)\/exec\/stream$/;

/**
 * Turns requests for an exec into WebSockets. What the token or the origin forbids is refused by status; everything else, such
 * as an unknown task, is reported over the WebSocket, because a browser does not show a status to its page.
 *
 * @param plain answers what asks for a protocol that is not spoken here, as HTTP/1.1 demands
 */
export function execUpgrades(
  ctx: ServerContext,
  tickets: ExecTickets,
  via: Via,
  plain: RequestListener,
): UpgradeListener {
  const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const taskId = taskOf(request, ctx.settings.basePath);
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
    const ticket = protocols.find((one) => one.startsWith(TICKET_PROTOCOL));
    const holder =
      ticket === undefined ? undefined : tickets.redeem(ticket.slice(TICKET_PROTOCOL.length), taskId);
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    // A GET by its method, and more than a read.
    const { ended, label } = checkAccess({ via, method: 'POST', path: PATH_FORM, header, holder }, ctx);
    if (!protocols.includes(EXEC_PROTOCOL))
      throw httpError('RKT_ERR_REQUEST', `The subprotocol is not ${EXEC_PROTOCOL}`, 400);
    const readers = ctx.hub.readers;
    readers.check(via);
    ctx.closing.throwIfAborted();
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({
      ...{ noServer: true, clientTracking: false, perMessageDeflate: false },
      ...{ maxPayload: MAX_MESSAGE_BYTES, handleProtocols: () => EXEC_PROTOCOL },
    });
    server.handleUpgrade(request, socket, head, (open) => {
      const startMs = performance.now();
      const logged = { ...loggedOf(request), token: label };
      logStreamOpened(ctx.logger, logged);
      open.once('close', () => logStreamClosed(ctx.logger, logged, startMs));
      serveExec(open, { driver: ctx.driver, logger: ctx.logger, readers, taskId, ended });
    });
  };
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      if (hasBody(request)) refuse(socket, otherProtocol(), ctx.version);
      else answerPlainly(request, request.socket, plain);
      return;
    }
    accept(request, socket, head).catch((error: unknown) => {
      if (!isRktError(error)) ctx.logger.error({ error }, 'An exec could not be opened');
      refuse(socket, error, ctx.version);
      const { status } = errorAnswer(error);
      logRequest(ctx.logger, loggedOf(request), { status, startMs: performance.now() });
    });
  };
}

function loggedOf({ method = '', url = '', socket: { remoteAddress } }: IncomingMessage): LoggedRequest {
  return { method, path: url.replace(/[?#].*$/, ''), remote: remoteAddress };
}

/** How the path of all execs is checked: no part of it comes from a client. */
const PATH_FORM = '/v1/tasks/{id}/exec/stream';

/** @throws RKT_ERR_ROUTE */
function taskOf({ url = '' }: IncomingMessage, basePath: string): string {
  const path = url.replace(/[?#].*$/, '');
  const below = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  const [, encoded] = PATH.exec(below) ?? [];
  const noRoute = httpError('RKT_ERR_ROUTE', 'There is no WebSocket at this address', 404);
  if (encoded === undefined) throw noRoute;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw noRoute;
  }
}

/** A client may offer another protocol with any request, such as h2c, and gets an answer in this one. */
function answerPlainly(request: IncomingMessage, socket: Socket, plain: RequestListener): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  plain(request, response);
}

/** Node does not read the body of a request that offers another protocol. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function otherProtocol(): RktError {
  return httpError('RKT_ERR_REQUEST', 'A request with a body cannot offer another protocol (Upgrade)', 400);
}

function refuse(socket: Duplex, error: unknown, version: string): void {
  const { status, headers, body } = errorAnswer(error);
  const text = JSON.stringify(body);
  const all = {
    ...answerHeaders(version),
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
