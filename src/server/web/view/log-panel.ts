import { bytesText, clockText } from '../logic/format.ts';
import { createLogBuffer, LOG_LENGTH } from '../logic/log-buffer.ts';
import { MOST_TAIL_BYTES, openLogSource, type LogSource } from '../log-source.ts';
import { h, setText } from './dom.ts';
import { createLogRows } from './log-rows.ts';
import { createLogToolbar } from './log-toolbar.ts';

/** Both outputs of a task as one log, live. */
export interface LogPanel {
  readonly element: HTMLElement;
  /** @param awayAtMs since when the agent is away */
  update(awayAtMs: number | undefined): void;
  /** The agent is reachable again, or the task was started again. */
  reload(): void;
  readonly destroy: () => void;
}

const MORE = 4;

export function createLogPanel(taskId: string, redraw: () => void): LogPanel {
  const buffer = createLogBuffer();
  let tailBytes = MOST_TAIL_BYTES / MORE / MORE;
  let lastMs: number | undefined;
  let drawn = '';
  const source: LogSource = openLogSource({
    taskId,
    onFrame(frame) {
      lastMs = Date.now();
      buffer.add(frame);
      drawn = '';
    },
    onChange: redraw,
  });
  const rows = createLogRows((isAtEnd) => tools.setFollowing(isAtEnd));
  const tools = createLogToolbar(taskId, rows, redraw);
  const state = h('span', { class: 'log-state', role: 'status' });
  const loadEarlier = (): void => {
    tools.setFollowing(false);
    tailBytes = Math.min(tailBytes * MORE, MOST_TAIL_BYTES);
    source.extend(tailBytes);
  };
  const earlier = h('button', { type: 'button', class: 'earlier', click: loadEarlier });
  const empty = h('p', { class: 'empty' });
  const head = h('header', {}, h('h2', {}, 'Log'), state, ...tools.head);
  const draw = (): void => {
    const filter = tools.filter();
    const now = `${filter.stream} ${filter.level} ${filter.onlyMatches} ${String(filter.search)}`;
    if (now === drawn) return;
    drawn = now;
    rows.draw(buffer.lines(), filter);
    tools.show();
  };
  return {
    element: h(
      'section',
      { class: 'panel log-panel', 'aria-label': 'Log' },
      head,
      tools.element,
      earlier,
      rows.element,
      empty,
    ),
    update(awayAtMs) {
      setText(state, stateText(source, awayAtMs, lastMs));
      const skipped = buffer.skippedBytes();
      const isFull = buffer.lines().length >= LOG_LENGTH;
      earlier.hidden = skipped === 0 || isFull || tailBytes >= MOST_TAIL_BYTES;
      setText(earlier, `Show earlier lines (${bytesText(skipped)} before this)`);
      draw();
      const text = emptyText(source, buffer.lines().length);
      empty.hidden = text === undefined;
      rows.element.hidden = text !== undefined;
      setText(empty, text ?? '');
    },
    reload: source.reopen,
    destroy: source.close,
  };
}

function stateText(source: LogSource, awayAtMs: number | undefined, lastMs: number | undefined): string {
  const asOf = awayAtMs ?? lastMs;
  if (awayAtMs !== undefined && asOf !== undefined) return `as of ${clockText(asOf)}`;
  switch (source.state()) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'ended':
      return 'complete';
    case 'lost':
      return asOf === undefined ? 'not connected' : `as of ${clockText(asOf)}`;
    case 'refused':
      return '';
  }
}

function emptyText(source: LogSource, lines: number): string | undefined {
  if (lines > 0) return undefined;
  switch (source.state()) {
    case 'refused':
      return source.reason();
    case 'live':
      return 'No output yet.';
    case 'ended':
      return 'It has written nothing.';
    default:
      return 'Waiting for the agent.';
  }
}
