/**
 * The protocol of an exec over a WebSocket, of agent and client. Text messages are JSON; binary messages are bytes of a stream,
 * behind one byte with its number.
 *
 * The client sends `start` first. Of a stream at most WINDOW_BYTES are unacknowledged: the receiver reports with
 * `taken` what it has passed on, so that a slow reader stops the writer at the other end and nothing is kept for it.
 */
export const EXEC_PROTOCOL = 'rkt-streams.exec.v1';
/** Begins the subprotocol that carries the ticket of a browser, which cannot set headers. */
export const TICKET_PROTOCOL = 'rkt-streams.ticket.';
export const WINDOW_BYTES = 262_144;
/** The most bytes of a stream in one message. */
export const CHUNK_BYTES = 32_768;

/** The numbers of the streams of a command, as those of its descriptors. */
export const EXEC_STREAMS = ['stdin', 'stdout', 'stderr'] as const;

export type ExecStream = (typeof EXEC_STREAMS)[number];

/** The command to run. */
export interface ExecStart {
  readonly cmd: readonly string[];
  readonly tty?: boolean | undefined;
  /** Whether standard input will be sent. */
  readonly stdin?: boolean | undefined;
  readonly lingerMs?: number | undefined;
  /** The first size of the terminal. */
  readonly size?: { readonly rows: number; readonly columns: number } | undefined;
}

/** What a client sends besides bytes. */
export type ExecRequest =
  | ({ readonly type: 'start' } & ExecStart)
  | { readonly type: 'resize'; readonly rows: number; readonly columns: number }
  /** Standard input ends. */
  | { readonly type: 'end' }
  | { readonly type: 'kill' }
  | { readonly type: 'taken'; readonly stream: 'stdout' | 'stderr'; readonly bytes: number };

/** What an agent sends besides bytes. */
export type ExecReport =
  /** A sign of life. */
  | { readonly type: 'alive' }
  | { readonly type: 'taken'; readonly stream: 'stdin'; readonly bytes: number }
  | { readonly type: 'exited'; readonly exitCode: number; readonly signal?: number | undefined }
  /** As the body of a response that is no success. */
  | { readonly type: 'failed'; readonly error: { readonly code: string; readonly message: string } };

/** A binary message. */
export function streamMessage(stream: ExecStream, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 1);
  message[0] = EXEC_STREAMS.indexOf(stream);
  message.set(bytes, 1);
  return message;
}

/** The stream and the bytes of a binary message; undefined for one of another form. */
export function streamOfMessage(
  message: Uint8Array,
): { readonly stream: ExecStream; readonly bytes: Uint8Array } | undefined {
  const stream = EXEC_STREAMS[message[0] ?? EXEC_STREAMS.length];
  return stream === undefined ? undefined : { stream, bytes: message.subarray(1) };
}

/** The path of an exec in the API of an agent. */
export function execPath(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}/exec/stream`;
}
