import { PassThrough, Writable } from 'node:stream';

import type { ServerDuplexStream, handleBidiStreamingCall } from '@grpc/grpc-js';
import { ReplaySubject } from 'rxjs';

import type { ExecResult, TerminalSize } from '../index.ts';
import { RktError } from '../model/rkt-error.ts';
import { failure } from './to-grpc-error.ts';
import type { ExecTaskStreamingRequest__Output as Request } from './generated/hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingRequest.ts';
import type { ExecTaskStreamingResponse as Response } from './generated/hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingResponse.ts';
import type { RpcContext } from './rpc-context.ts';

type Call = ServerDuplexStream<Request, Response>;
type Setup = NonNullable<Request['setup']>;

/** What the host sends after the setup, taken apart. */
interface Input {
  readonly stdin: PassThrough;
  readonly sizeSubject: ReplaySubject<TerminalSize>;
}

/**
 * A command in a task with its streams connected. The setup comes first; then sizes of the terminal and stdin until
 * it is closed, and empty messages that only keep the stream alive. The response has the output, then the close of
 * both streams, the exit, and the end.
 *
 * Backpressure applies in both directions. Cancelling the call kills the command.
 */
export function execStreamingRpc({ driver }: RpcContext): handleBidiStreamingCall<Request, Response> {
  return (call) => {
    if (call.cancelled) return;
    const input: Input = { stdin: new PassThrough(), sizeSubject: new ReplaySubject(1) };
    const outputs = { stdout: output(call, 'stdout'), stderr: output(call, 'stderr') };
    const cancelled = new AbortController();
    call.on('cancelled', () => {
      cancelled.abort();
      // Unblocks writes to a stream that is no longer read.
      for (const stream of [input.stdin, outputs.stdout, outputs.stderr]) stream.destroy();
    });
    const run = ({ task_id, command, tty }: Setup): Promise<ExecResult> =>
      driver.execTaskStreaming(task_id, {
        cmd: command,
        tty,
        stdin: input.stdin,
        ...outputs,
        resize: input.sizeSubject.asObservable(),
        signal: cancelled.signal,
      });
    firstMessage(call, input)
      .then(run)
      .then(
        (result) => finish(call, result),
        (error: unknown) => call.emit('error', failure(error)),
      )
      .finally(() => {
        input.sizeSubject.complete();
        input.stdin.destroy();
      });
  };
}

/** Waits for the setup, and passes on what comes with it and after it. */
function firstMessage(call: Call, input: Input): Promise<Setup> {
  return new Promise((resolve, reject) => {
    const missing = (): void =>
      reject(new RktError('RKT_ERR_EXEC_COMMAND', 'The first message of a streaming exec is not its setup'));
    let isSetUp = false;
    call.on('data', (message: Request) => {
      if (message.setup !== null && !isSetUp) {
        isSetUp = true;
        resolve(message.setup);
      }
      if (isSetUp) passOn(call, input, message);
      else missing();
    });
    call.on('end', () => {
      input.stdin.end();
      missing();
    });
    call.on('cancelled', missing);
  });
}

function passOn(call: Call, { stdin, sizeSubject }: Input, { tty_size: size, stdin: typed }: Request): void {
  if (size !== null) sizeSubject.next({ rows: size.height, columns: size.width });
  if (typed === null || !stdin.writable) return;
  if (typed.data.length > 0 && !stdin.write(typed.data)) {
    call.pause();
    stdin.once('drain', () => call.resume());
  }
  if (typed.close) stdin.end();
}

/** One of the command's outputs, as fast as the host takes it. */
function output(call: Call, name: 'stdout' | 'stderr'): Writable {
  const stream = new Writable({
    write(data: Buffer, _encoding, done) {
      if (call.write({ [name]: { data } })) done();
      else call.once('drain', done);
    },
  });
  // Its error is that of the command, which is reported there.
  return stream.on('error', () => undefined);
}

function finish(call: Call, { exitCode, signal = 0 }: ExecResult): void {
  call.write({ stdout: { close: true } });
  call.write({ stderr: { close: true } });
  call.write({ exited: true, result: { exit_code: exitCode, signal } });
  call.end();
}
