import { bytesText, percentText } from '../logic/format.ts';
import { shareOf } from '../../../model/headline.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';
import { sparkline } from './sparkline.ts';

/** From here on the bar is red: the default rule raises its alert at 90 %. */
const HIGH = 0.9;

/** Memory of a task: the number, the limit with a bar of the share in use, and the line of the last minutes. */
export function createMemoryCell(): {
  readonly element: HTMLElement;
  update(row: TaskRow, timeMs: number, top: number): void;
} {
  const used = h('span', { class: 'number' });
  const limit = h('span', { class: 'limit' });
  const fill = h('span', { class: 'fill' });
  const bar = h('span', { class: 'share', 'aria-hidden': 'true' }, fill);
  const line = sparkline('memory');
  const element = h('div', { role: 'cell', class: 'memory measure' }, used, limit, bar, line.element);
  return {
    element,
    update(row, timeMs, top) {
      const bytes = row.memoryBytes();
      const limitBytes = row.memoryLimitBytes();
      const share = shareOf(bytes, limitBytes);
      setText(used, bytesText(bytes));
      setText(limit, limitBytes === undefined || bytes === undefined ? '' : `/ ${bytesText(limitBytes)}`);
      bar.hidden = share === undefined;
      element.classList.toggle('has-limit', share !== undefined);
      fill.style.width = `${Math.min(100, Math.round((share ?? 0) * 100))}%`;
      fill.classList.toggle('is-bad', (share ?? 0) >= HIGH);
      setAttribute(bar, 'title', `${percentText(share)} of the limit`);
      line.update(row.memorySpark, timeMs, top);
    },
  };
}
