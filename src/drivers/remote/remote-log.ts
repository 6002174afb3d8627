import { RktError, isRktError } from '../../model/rkt-error.ts';
import type { OutputStream, TaskLogOptions } from '../../model/task-log.ts';
import { agentLost, errorOfBody, parseJson } from './agent-error.ts';
import type { AgentRequests } from './agent-requests.ts';
import { createFrameParser, type SseFrame } from './sse-frames.ts';

/** A connection that is silent for so long is lost; an agent sends a sign of life every 15 s. */
const SILENCE_MS = 40_000;

/**
 * Reads the output of a task of an agent. A lost connection ends it: what follows would have a gap.
 *
 * @param closing aborts when the driver is shut down, which ends a reading in progress
 * @throws the errors of the agent, RKT_ERR_AGENT_LOST, RKT_ERR_SHUTDOWN, and the error of `write`
 */
export async function remoteLog(
  requests: AgentRequests,
  taskId: string,
  options: TaskLogOptions,
  closing: AbortSignal,
): Promise<void> {
  const isClosed = (): boolean => closing.aborted;
  if (isClosed()) throw new RktError('RKT_ERR_SHUTDOWN', '');
  const over = new AbortController();
  const silence = createSilence(() => over.abort());
  const signals = [over.signal, closing, options.signal].filter((one) => one !== undefined);
  const signal = AbortSignal.any(signals);
  try {
    silence.start();
    const response = await requests.open({ path: pathOf(taskId, options), taskId, signal });
    let frames: SseFrame[] = [];
    const parse = createFrameParser((frame) => frames.push(frame));
    for await (const text of response.chunks()) {
      silence.stop();
      parse(text);
      const complete = frames;
      frames = [];
      for (const frame of complete) {
        if (frame.event === 'ended') {
          const error = errorOfBody(frame.data, { taskId });
          if (isRktError(error, 'RKT_ERR_SHUTDOWN')) throw agentLost(requests.place, 'was shut down');
          if (error !== undefined) throw error;
          return;
        }
        if (frame.event === 'piece') await options.write(pieceOf(frame));
      }
      silence.start();
    }
  } catch (error) {
    if (over.signal.aborted) throw agentLost(requests.place, `has sent nothing for ${SILENCE_MS} ms`);
    if (isClosed()) throw new RktError('RKT_ERR_SHUTDOWN', '', { cause: error });
    if (signal.aborted) return;
    throw isCut(error) ? agentLost(requests.place, 'is gone', error) : error;
  } finally {
    silence.stop();
    over.abort();
  }
  throw agentLost(requests.place, 'ended the log');
}

/** Calls back when it was not stopped for so long. */
function createSilence(lost: () => void): { readonly start: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    start: () => void (timer = setTimeout(lost, SILENCE_MS)),
    stop: () => clearTimeout(timer),
  };
}

function pieceOf({ data }: SseFrame): { readonly stream: OutputStream; readonly bytes: Uint8Array } {
  const { stream, base64 } = (parseJson(data) ?? {}) as {
    readonly stream?: unknown;
    readonly base64?: unknown;
  };
  const text = typeof base64 === 'string' ? atob(base64) : '';
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return { stream: stream === 'stderr' ? 'stderr' : 'stdout', bytes };
}

function isCut(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return !isRktError(error) && (code === 'ECONNRESET' || code === 'EPIPE' || error instanceof TypeError);
}

function pathOf(taskId: string, { streams, tailLines, tailBytes, follow = false }: TaskLogOptions): string {
  const query = new URLSearchParams({ follow: String(follow) });
  if (streams?.length === 1) query.set('stream', streams[0] ?? 'all');
  if (tailLines !== undefined && Number.isFinite(tailLines)) query.set('tailLines', String(tailLines));
  if (tailBytes !== undefined) query.set('tailBytes', String(tailBytes));
  return `/v1/tasks/${encodeURIComponent(taskId)}/logs/pieces?${query.toString()}`;
}
