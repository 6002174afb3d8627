import type { LinesFrame } from '../logs/follow-lines.ts';
import { ApiError, getJson, taskPath } from './api.ts';
import { createConnection } from './logic/connection.ts';

/** How the page stands to the log of a task. */
export type LogState = 'connecting' | 'live' | 'ended' | 'lost' | 'refused';

export interface LogSource {
  state(): LogState;
  /** Why there is no log. */
  reason(): string;
  /** Connects again, unless it is connected: the agent is reachable, or the task was started again. */
  readonly reopen: () => void;
  /** Begins anew, with more of the log. */
  extend(tailBytes: number): void;
  readonly close: () => void;
}

export interface LogSourceDeps {
  readonly taskId: string;
  readonly onFrame: (frame: LinesFrame) => void;
  readonly onChange: () => void;
}

/** As many as the API sends at once. */
export const MOST_TAIL_BYTES = 1_048_576;
const FIRST_TAIL_BYTES = 65_536;

/** Follows both outputs of a task; comes back by itself, and continues after the last line that it got. */
export function openLogSource({ taskId, onFrame, onChange }: LogSourceDeps): LogSource {
  const connection = createConnection();
  let source: EventSource | undefined;
  let retry: number | undefined;
  let lastEventId = '';
  let tailBytes = FIRST_TAIL_BYTES;
  let state: LogState = 'connecting';
  let reason = '';
  const enter = (next: LogState): void => {
    state = next;
    onChange();
  };
  const stop = (): void => {
    source?.close();
    source = undefined;
    clearTimeout(retry);
  };
  const connect = (): void => {
    stop();
    const opened = new EventSource(linesUrl(taskId, tailBytes, lastEventId));
    source = opened;
    opened.addEventListener('open', () => {
      connection.opened(Date.now());
      reason = '';
      enter('live');
    });
    opened.addEventListener('lines', (event: MessageEvent<string>) => {
      ({ lastEventId } = event);
      onFrame(JSON.parse(event.data) as LinesFrame);
      onChange();
    });
    opened.addEventListener('ended', () => {
      stop();
      enter('ended');
    });
    opened.addEventListener('error', () => {
      stop();
      enter(state === 'refused' ? 'refused' : 'lost');
      retry = window.setTimeout(connect, connection.nextDelayMs());
      void explain();
    });
  };
  const explain = async (): Promise<void> => {
    reason = (await refusalOf(taskId)) ?? reason;
    if (reason !== '' && state !== 'live') enter('refused');
  };
  connect();
  return {
    state: () => state,
    reason: () => reason,
    reopen() {
      if (state !== 'live' && state !== 'connecting') connect();
    },
    extend(nextTailBytes) {
      [tailBytes, lastEventId] = [nextTailBytes, ''];
      connect();
    },
    close: stop,
  };
}

function linesUrl(taskId: string, tailBytes: number, lastEventId: string): string {
  const query = new URLSearchParams({ follow: 'true', tailBytes: String(tailBytes), lastEventId });
  return taskPath(taskId, `/logs/lines?${query.toString()}`);
}

/** An EventSource does not report why it was refused. Undefined while the agent does not answer. */
async function refusalOf(taskId: string): Promise<string | undefined> {
  try {
    await getJson(taskPath(taskId, '/logs/lines?tailBytes=0'));
    return undefined;
  } catch (error) {
    return error instanceof ApiError ? error.message : undefined;
  }
}
