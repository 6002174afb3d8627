import { getText, taskPath } from '../api.ts';
import { h, setText } from './dom.ts';
import { segments } from './segments.ts';

/** The end of what a task has written. */
export interface LogTail {
  readonly element: HTMLElement;
  /** Reads again, unless the last read was recent or is in progress. */
  update(nowMs: number): void;
}

const TAIL_BYTES = 16_384;
const INTERVAL_MS = 2_000;

export function createLogTail(taskId: string): LogTail {
  let fetchedMs = 0;
  let isBusy = false;
  const text = h('pre', {
    class: 'log',
    tabindex: '0',
    role: 'log',
    'aria-label': 'Log',
    'aria-live': 'off',
  });
  const stream = segments(
    'Output',
    [
      ['stdout', 'stdout'],
      ['stderr', 'stderr'],
    ],
    'stdout',
    () => load(),
  );
  const show = (content: string): void => {
    const isAtEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 4;
    setText(text, content);
    if (isAtEnd) text.scrollTop = text.scrollHeight;
  };
  const load = (): void => {
    fetchedMs = Date.now();
    isBusy = true;
    const wanted = stream.value();
    getText(taskPath(taskId, `/logs?stream=${wanted}&tailBytes=${TAIL_BYTES}`))
      .then((content) => {
        if (wanted === stream.value()) show(content === '' ? 'No output.' : content);
      })
      .catch((error: unknown) => show(error instanceof Error ? error.message : String(error)))
      .finally(() => (isBusy = false));
  };
  load();
  const head = h('header', {}, h('h2', {}, 'Log'), stream.element);
  return {
    element: h('section', { class: 'panel', 'aria-label': 'Log' }, head, text),
    update(nowMs) {
      if (!isBusy && nowMs - fetchedMs >= INTERVAL_MS) load();
    },
  };
}
