import type { SchedulerLike } from 'rxjs';

import type { ExecResult, ExecStreamingOptions } from '../../index.ts';
import { RktError } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { execPath, type ExecStart } from '../../model/exec-protocol.ts';
import { agentLost, errorOfBody } from './agent-error.ts';
import type { AgentRequests } from './agent-requests.ts';
import { createExecSession, type ExecSession } from './exec-session.ts';

export interface RemoteExecDeps {
  readonly requests: AgentRequests;
  readonly silenceMs: number;
  readonly scheduler: SchedulerLike;
  /** Aborts when the driver is shut down. */
  readonly closing: AbortSignal;
}

type Writable = NonNullable<ExecStreamingOptions['stdout']>;
type Readable = NonNullable<ExecStreamingOptions['stdin']>;

/**
 * Runs a command in a task of an agent, with the streams of this process. What ends it elsewhere than in the command, such as
 * the loss of the agent, ends the command as well: the agent kills what has lost its client.
 *
 * @throws the errors of a local exec, RKT_ERR_AGENT_LOST, RKT_ERR_SHUTDOWN
 */
export async function remoteExec(
  deps: RemoteExecDeps,
  taskId: string,
  options: ExecStreamingOptions,
): Promise<ExecResult> {
  const { requests, closing } = deps;
  const { stdin, signal, resize } = options;
  const shutDown = (): RktError => new RktError('RKT_ERR_SHUTDOWN', '');
  if (closing.aborted) throw shutDown();
  const broken = (cause: unknown): RktError =>
    new RktError(
      'RKT_ERR_EXEC_STREAM',
      `A stream of the exec in task "${taskId}" broke: ${reasonOf(cause)}`,
      {
        taskId,
        cause,
      },
    );
  const socket = await requests
    .socket({ path: execPath(taskId), taskId, signal: closing })
    .catch((error: unknown) => {
      throw closing.aborted ? shutDown() : error;
    });
  const session = createExecSession(socket, {
    ...deps,
    start: startOf(options),
    lost: (what) => agentLost(requests.place, what),
    errorOf: ({ error }) => errorOfBody(JSON.stringify({ error }), { taskId }) ?? new Error(error.message),
    onOutput: (stream, bytes) =>
      written(options[stream], bytes).catch((error: unknown) => {
        throw broken(error);
      }),
  });
  const kill = (): void => session.kill();
  const close = (): void => session.leave(shutDown());
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted === true) kill();
  closing.addEventListener('abort', close, { once: true });
  const sizes =
    options.tty === true
      ? resize?.subscribe({ next: session.resize, error: (error: unknown) => session.leave(broken(error)) })
      : undefined;
  const stop = stdin === undefined ? undefined : feed(stdin, session, broken);
  try {
    return await session.ended;
  } finally {
    stop?.();
    sizes?.unsubscribe();
    signal?.removeEventListener('abort', kill);
    closing.removeEventListener('abort', close);
  }
}

function startOf({ cmd, tty, stdin, lingerMs }: ExecStreamingOptions): ExecStart {
  return {
    cmd,
    ...(tty === true && { tty }),
    ...(stdin !== undefined && { stdin: true }),
    ...(lingerMs !== undefined && { lingerMs }),
  };
}

/** Resolves when the stream has passed the bytes on. */
function written(to: Writable | undefined, bytes: Uint8Array): Promise<void> {
  if (to === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    to.once('error', fail);
    to.write(bytes, (error) => {
      to.off('error', fail);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

/** Connects standard input, a piece at a time. The stream is not ended or destroyed with the command. */
function feed(stdin: Readable, session: ExecSession, broken: (cause: unknown) => Error): () => void {
  const onData = (chunk: Uint8Array | string): void => {
    stdin.pause();
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    // A command may end before it has read everything.
    session.write(bytes).then(
      () => void stdin.resume(),
      () => undefined,
    );
  };
  const onError = (error: Error): void => session.leave(broken(error));
  stdin.on('data', onData).once('end', session.endInput).on('error', onError);
  if (stdin.readableEnded) session.endInput();
  return () => {
    stdin.off('data', onData).off('end', session.endInput).off('error', onError).pause();
  };
}
