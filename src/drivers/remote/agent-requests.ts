import { PLUGIN_VERSION, VERSION_HEADER } from '../../model/agent-version.ts';
import { RKT_ERRORS, parseJson, type AgentErrors } from './agent-error.ts';
import {
  UpgradeRefused,
  type AgentTransport,
  type SocketRequest,
  type TransportResponse,
} from './agent-transport.ts';
import type { ExecSocket } from './exec-socket.ts';

export interface AgentRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** The task that an error is about. */
  readonly taskId?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Requests to an agent. */
export interface AgentRequests {
  /** How what goes wrong becomes an error. */
  readonly errors: AgentErrors;
  /** Where the agent listens, for messages. */
  readonly place: string;
  /** The response before its body; rejects with the agent's own error unless the status is a success. */
  open(request: AgentRequest): Promise<TransportResponse>;
  /** Opens a WebSocket; rejects with the agent's own error when it refuses. */
  socket(request: SocketRequest): Promise<ExecSocket>;
  /** The last answer came from an agent of this very version, which has checked what it sends. */
  isSameVersion(): boolean;
  /** The body of the answer; undefined when there is none. */
  json(request: AgentRequest): Promise<unknown>;
}

/**
 * Requests over one way to an agent.
 *
 * @throws RKT_ERR_AGENT_LOST when the agent does not respond, and the errors that the agent returns
 */
export function createAgentRequests(transport: AgentTransport): AgentRequests {
  return createRequests(transport, RKT_ERRORS);
}

/** The same with errors of another kind: the dashboard does without the catalogue. */
export function createRequests(transport: AgentTransport, errors: AgentErrors): AgentRequests {
  const { place } = transport;
  const lost = (cause: unknown): Error => errors.lost(place, 'does not answer', cause);
  const refused = (
    status: number,
    text: string,
    { path, taskId }: { path: string; taskId?: string },
  ): Error =>
    errors.ofBody(text, { status, ...(taskId !== undefined && { taskId }) }) ??
    errors.lost(place, `answered ${path} with ${status}`);
  let isSameVersion = false;
  const open = async ({ method = 'GET', path, taskId, body, signal }: AgentRequest) => {
    const response = await transport
      .request({
        method,
        path,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      })
      .catch((error: unknown) => {
        throw lost(error);
      });
    const { status } = response;
    isSameVersion = response.header(VERSION_HEADER) === PLUGIN_VERSION;
    if (status >= 200 && status < 300) return response;
    const text = await response.text().catch(() => '');
    throw refused(status, text, { path, ...(taskId !== undefined && { taskId }) });
  };
  return {
    ...{ place, errors },
    open,
    socket: (request) =>
      transport.socket(request).catch((error: unknown) => {
        if (error instanceof UpgradeRefused) throw refused(error.status, error.body, request);
        throw errors.isOwn(error) ? error : lost(error);
      }),
    isSameVersion: () => isSameVersion,
    async json(request) {
      const response = await open(request);
      const body = await response.text().catch((error: unknown) => {
        throw lost(error);
      });
      return parseJson(body);
    },
  };
}
