import { createCreditedSender, type CreditedSender } from '../../model/credited-sender.ts';
import {
  streamMessage,
  streamOfMessage,
  type ExecReport,
  type ExecRequest,
  type ExecStart,
} from '../../model/exec-protocol.ts';
import type { ExecSocket } from './exec-socket.ts';
import type { Timers } from './timers.ts';

/** How a command has ended. */
export interface ExecEnd {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  readonly signal?: number;
}

/** A command that runs in a task of an agent. */
export interface ExecSession {
  /** When the command has exited and all its output was passed on. Rejects when it cannot be run, or the agent is lost. */
  readonly ended: Promise<ExecEnd>;
  /** Standard input. Resolves when the agent can take more; rejects when the command has ended. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly endInput: () => void;
  readonly resize: (size: { readonly rows: number; readonly columns: number }) => void;
  readonly kill: () => void;
  /** Leaves: the agent kills the command, and `ended` rejects with this error. */
  readonly leave: (error: Error) => void;
}

export interface ExecSessionOptions {
  readonly start: ExecStart;
  /** Passes output on. While it does not resolve, the agent sends no more of that stream than the window. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void> | undefined;
  /** The error of a report of the agent. */
  readonly errorOf: (report: Extract<ExecReport, { type: 'failed' }>) => Error;
  /** The error of a connection that ended without a report. */
  readonly lost: (what: string) => Error;
  /** The agent is lost when nothing has come for so long. */
  readonly silenceMs: number;
  readonly scheduler: Timers;
}

/** Runs a command over a WebSocket that was just opened. */
export function createExecSession(socket: ExecSocket, options: ExecSessionOptions): ExecSession {
  const session = new Session(socket, options);
  socket.onClose(() => session.leave(options.lost('ended the exec')));
  socket.onMessage((message) => session.receive(message));
  session.request({ type: 'start', ...options.start });
  return {
    ended: session.ended,
    write: (bytes) => session.input.send(bytes),
    endInput: () => session.request({ type: 'end' }),
    resize: ({ rows, columns }) => session.request({ type: 'resize', rows, columns }),
    kill: () => session.request({ type: 'kill' }),
    leave: (error) => session.leave(error),
  };
}

class Session {
  readonly ended: Promise<ExecEnd>;
  readonly input: CreditedSender;
  readonly #socket: ExecSocket;
  readonly #options: ExecSessionOptions;
  /** When the output that has come so far was passed on. */
  readonly #passed = { stdout: Promise.resolve(), stderr: Promise.resolve() };
  #resolve: (end: Promise<ExecEnd>) => void = () => undefined;
  #silence: { unsubscribe(): void } | undefined;
  #isOver = false;

  constructor(socket: ExecSocket, options: ExecSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.input = createCreditedSender((bytes) => socket.send(streamMessage('stdin', bytes)));
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    this.#listen();
  }

  request(message: ExecRequest): void {
    if (!this.#isOver) this.#socket.send(JSON.stringify(message));
  }

  leave(error: Error): void {
    this.#end(Promise.reject(error));
  }

  receive(message: string | Uint8Array): void {
    if (this.#isOver) return;
    this.#listen();
    if (typeof message === 'string') {
      this.#handle(JSON.parse(message) as ExecReport);
      return;
    }
    const part = streamOfMessage(message);
    if (part !== undefined && part.stream !== 'stdin') this.#pass(part.stream, part.bytes);
  }

  #handle(report: ExecReport): void {
    if (report.type === 'taken') this.input.taken(report.bytes);
    if (report.type === 'failed') this.leave(this.#options.errorOf(report));
    if (report.type !== 'exited') return;
    const { exitCode, signal } = report;
    const end = { exitCode, ...(signal !== undefined && { signal }) };
    this.#end(Promise.all(Object.values(this.#passed)).then(() => end));
  }

  #pass(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const passed = this.#passed[stream].then(() => this.#options.onOutput(stream, bytes));
    this.#passed[stream] = passed.then(() => this.request({ type: 'taken', stream, bytes: bytes.length }));
    this.#passed[stream].catch((error: unknown) => this.leave(error as Error));
  }

  #listen(): void {
    const { scheduler, silenceMs, lost } = this.#options;
    this.#silence?.unsubscribe();
    this.#silence = scheduler.schedule(
      () => this.leave(lost(`has sent nothing for ${silenceMs} ms`)),
      silenceMs,
    );
  }

  #end(end: Promise<ExecEnd>): void {
    end.catch(() => undefined);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#silence?.unsubscribe();
    this.input.close(new Error('the command has ended'));
    this.#socket.close();
    this.#resolve(end);
  }
}
