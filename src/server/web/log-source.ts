import type { LinesFrame } from '../logs/follow-lines.ts';
import { openReconnecting } from '../../drivers/remote/reconnecting-stream.ts';
import { ApiError, agent, taskPath } from './api.ts';

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
  let lastEventId = '';
  let tailBytes = FIRST_TAIL_BYTES;
  let state: LogState = 'connecting';
  let reason = '';
  const enter = (next: LogState, why = ''): void => {
    state = next;
    reason = why;
    onChange();
  };
  const lost = (error: unknown): void =>
    error instanceof ApiError ? enter('refused', error.message) : enter('lost');
  const open = (): (() => void) =>
    openReconnecting(
      agent,
      { pathFrom: () => linesPath(taskId, tailBytes, lastEventId), taskId, endsItself: true },
      {
        live: () => enter('live'),
        lost,
        message({ topic, data, id }) {
          if (topic !== 'lines') return;
          lastEventId = id ?? lastEventId;
          onFrame(data as LinesFrame);
          onChange();
        },
        ended: () => enter('ended'),
        failed: lost,
      },
    );
  let close = open();
  const reopen = (): void => {
    close();
    close = open();
  };
  return {
    state: () => state,
    reason: () => reason,
    reopen() {
      if (state !== 'live' && state !== 'connecting') reopen();
    },
    extend(nextTailBytes) {
      [tailBytes, lastEventId] = [nextTailBytes, ''];
      reopen();
    },
    close: () => close(),
  };
}

function linesPath(taskId: string, tailBytes: number, lastEventId: string): string {
  const query = new URLSearchParams({ follow: 'true', tailBytes: String(tailBytes), lastEventId });
  return `/${taskPath(taskId, `/logs/lines?${query.toString()}`)}`;
}
