import type { ExecSocket } from './exec-socket.ts';

/** The answer of an agent that opens no WebSocket. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** A request in the form that every way to an agent takes. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** A response before its body. */
export interface TransportResponse {
  readonly status: number;
  header(name: string): string | undefined;
  text(): Promise<string>;
  /** The body as it arrives, decoded. */
  chunks(): AsyncIterable<string>;
}

/** A WebSocket to be opened. */
export interface SocketRequest {
  readonly path: string;
  /** The task that an error is about. */
  readonly taskId?: string;
  readonly signal?: AbortSignal;
}

/** One way to an agent: a unix socket, Node's HTTP, or the fetch of a browser. */
export interface AgentTransport {
  /** The address without credentials, for messages. */
  readonly place: string;
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Rejects with {@link UpgradeRefused} for what the agent answers with a status. */
  socket(request: SocketRequest): Promise<ExecSocket>;
}
