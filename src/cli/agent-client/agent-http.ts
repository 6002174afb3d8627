import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { PLUGIN_VERSION, VERSION_HEADER } from '../../model/plugin.ts';
import { agentLost, errorOfBody, parseJson } from './agent-error.ts';

export interface AgentRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** The task that an error is about. */
  readonly taskId?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Requests over the socket of an agent. */
export interface AgentHttp {
  readonly socketPath: string;
  /** The response before its body; rejects with the agent's own error unless the status is a success. */
  open(request: AgentRequest): Promise<IncomingMessage>;
  /** The last answer came from an agent of this very version, which has checked what it sends. */
  isSameVersion(): boolean;
  /** The body of the answer; undefined when there is none. */
  json(request: AgentRequest): Promise<unknown>;
}

/** @throws RKT_ERR_AGENT_LOST when the agent does not respond, and the errors that the agent returns */
export function createAgentHttp(socketPath: string): AgentHttp {
  const lost = (cause: unknown): Error => agentLost(socketPath, 'does not answer', cause);
  let isSameVersion = false;
  const open = async (wanted: AgentRequest): Promise<IncomingMessage> => {
    const response = await send(socketPath, wanted).catch((error: unknown) => {
      throw lost(error);
    });
    const { statusCode = 0, headers } = response;
    isSameVersion = headers[VERSION_HEADER] === PLUGIN_VERSION;
    if (statusCode >= 200 && statusCode < 300) return response;
    const body = await text(response).catch(() => '');
    const details = wanted.taskId === undefined ? {} : { taskId: wanted.taskId };
    throw errorOfBody(body, details) ?? agentLost(socketPath, `answered ${wanted.path} with ${statusCode}`);
  };
  return {
    socketPath,
    open,
    isSameVersion: () => isSameVersion,
    async json(wanted) {
      const response = await open(wanted);
      const body = await text(response).catch((error: unknown) => {
        throw lost(error);
      });
      return parseJson(body);
    },
  };
}

function send(
  socketPath: string,
  { method = 'GET', path, body, signal }: AgentRequest,
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    // Leaves nothing open that would keep the process alive.
    connection: 'close',
    ...(payload !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers, ...(signal !== undefined && { signal }) });
    sent.on('response', resolve).on('error', reject);
    sent.end(payload);
  });
}
