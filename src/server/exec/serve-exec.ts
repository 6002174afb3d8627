import { ReplaySubject } from 'rxjs';
import type { RawData, WebSocket } from 'ws';

import type { Driver } from '../../driver-interface.ts';
import { streamOfMessage, type ExecReport, type ExecStart } from '../../model/exec-protocol.ts';
import type { Logger } from '../../model/logger.ts';
import { RktError, isRktError } from '../../model/rkt-error.ts';
import { errorAnswer } from '../error-body.ts';
import type { StreamReaders } from '../sse/stream-readers.ts';
import { execRequestOf } from './exec-messages.ts';
import { execReader, type ExecReader } from './exec-reader.ts';
import { inputOfClient, outputToClient, type InputOfClient, type OutputToClient } from './exec-streams.ts';

export interface ExecDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly readers: StreamReaders;
  readonly taskId: string;
  /** Aborts with the reason when the client may no longer run commands. */
  readonly ended: AbortSignal | undefined;
}

/** The code of RFC 6455 for a message that is against the protocol. */
const VIOLATION = 1_008;
/** Bytes of the reason in a frame that closes a connection, which are ASCII here. */
const MAX_REASON = 123;

/** Runs one command for the client of a WebSocket. The command is killed when the client has left, or does not respond. */
export function serveExec(socket: WebSocket, deps: ExecDeps): void {
  const exec = new ServedExec(socket, deps);
  deps.readers.add(exec.reader);
  const refuse = (): void => exec.refuse(deps.ended?.reason);
  if (deps.ended?.aborted === true) refuse();
  else deps.ended?.addEventListener('abort', refuse);
  socket.on('message', (data, isBinary) => exec.receive(data, isBinary));
  // What is wrong with a frame; the connection is closed then.
  socket.on('error', (error) => deps.logger.debug({ error }, 'The connection of an exec broke'));
  socket.on('close', () => {
    deps.ended?.removeEventListener('abort', refuse);
    deps.readers.delete(exec.reader);
    exec.clientHasLeft();
  });
}

class ServedExec {
  readonly reader: ExecReader;
  readonly #socket: WebSocket;
  readonly #deps: ExecDeps;
  readonly #over = new AbortController();
  readonly #sizes = new ReplaySubject<{ readonly rows: number; readonly columns: number }>(1);
  readonly #outputs: Readonly<Record<'stdout' | 'stderr', OutputToClient>>;
  readonly #input: InputOfClient;
  #hasStarted = false;

  constructor(socket: WebSocket, deps: ExecDeps) {
    this.#socket = socket;
    this.#deps = deps;
    const send = (message: Uint8Array): void => this.#send(message);
    this.#outputs = { stdout: outputToClient('stdout', send), stderr: outputToClient('stderr', send) };
    this.#input = inputOfClient((bytes) => this.#report({ type: 'taken', stream: 'stdin', bytes }));
    this.reader = execReader(socket, {
      alive: () => this.#report({ type: 'alive' }),
      kill: () => this.#over.abort(),
    });
  }

  receive(data: RawData, isBinary: boolean): void {
    try {
      if (isBinary) this.#take(data as Buffer);
      else this.#handle((data as Buffer).toString());
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Reports why, closes the connection and kills the command. */
  refuse(error: unknown): void {
    this.#fail(error);
    this.#socket.close(VIOLATION, isRktError(error) ? error.what.slice(0, MAX_REASON) : '');
    this.#over.abort();
  }

  clientHasLeft(): void {
    this.#over.abort();
    const gone = new Error('the client has left');
    Object.values(this.#outputs).forEach(({ sender }) => sender.close(gone));
    this.#input.readable.destroy();
    this.#sizes.complete();
  }

  #take(message: Buffer): void {
    const part = streamOfMessage(message);
    if (part?.stream !== 'stdin') throw new RktError('RKT_ERR_REQUEST', 'Bytes of an unknown stream came');
    this.#input.write(part.bytes);
  }

  #handle(text: string): void {
    const request = execRequestOf(text);
    if (request.type === 'start') this.#start(request);
    else if (request.type === 'resize') this.#sizes.next({ rows: request.rows, columns: request.columns });
    else if (request.type === 'end') this.#input.readable.end();
    else if (request.type === 'kill') this.#over.abort();
    else this.#outputs[request.stream].sender.taken(request.bytes);
  }

  #start({ cmd, tty = false, stdin = false, lingerMs, size }: ExecStart): void {
    if (this.#hasStarted) throw new RktError('RKT_ERR_REQUEST', 'The exec was started already');
    this.#hasStarted = true;
    if (size !== undefined) this.#sizes.next(size);
    const { driver, logger, taskId } = this.#deps;
    const { stdout, stderr } = this.#outputs;
    driver
      .execTaskStreaming(taskId, {
        ...{ cmd: [...cmd], tty, signal: this.#over.signal },
        ...{ stdout: stdout.writable, stderr: stderr.writable },
        ...(stdin && { stdin: this.#input.readable }),
        ...(lingerMs !== undefined && { lingerMs }),
        ...(tty && { resize: this.#sizes.asObservable() }),
      })
      .then(
        ({ exitCode, signal }) => this.#end({ type: 'exited', exitCode, signal }),
        (error: unknown) => {
          logger.debug({ error, taskId }, 'An exec has failed');
          this.#fail(error);
        },
      );
  }

  #fail(error: unknown): void {
    this.#end({ type: 'failed', error: errorAnswer(error).body.error });
  }

  #end(report: ExecReport): void {
    this.#report(report);
    this.reader.hasEnded();
  }

  #report(report: ExecReport): void {
    this.#send(JSON.stringify(report));
  }

  #send(message: string | Uint8Array): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message);
  }
}
