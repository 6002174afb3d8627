import { exitText, isFailure } from '../../../model/exit-text.ts';
import { COLUMNS, type ColumnKey } from '../logic/table-columns.ts';
import { NOTHING, absoluteText, bytesText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';
import { sparkline } from './sparkline.ts';

/** One row of the table, for one task. */
export interface RowView {
  readonly element: HTMLElement;
  readonly link: HTMLAnchorElement;
  update(row: TaskRow, place: RowPlace): void;
}

export interface RowPlace {
  readonly index: number;
  readonly rowPx: number;
  readonly nowMs: number;
  readonly isOpen: boolean;
}

const MIB = 2 ** 20;

export function createRowView(taskId: string): RowView {
  const link = h('a', { href: taskHash(taskId) });
  const badge = h('span', { class: 'badge', hidden: true });
  const state = h('span', { class: 'pill' });
  const [image, processes, uptime, exit] = [cell('image'), cell('processes'), cell('uptime'), cell('exit')];
  const cpu = { number: h('span', { class: 'number' }), line: sparkline('cpu', 0.1) };
  const used = h('span');
  const limit = h('span', { class: 'limit' });
  const memory = { number: h('span', { class: 'number' }, used, limit), line: sparkline('memory', MIB) };
  const element = h(
    'div',
    { role: 'row', class: 'row' },
    cell('name', link, badge),
    cell('state', state),
    image,
    cell('cpu measure', cpu.number, cpu.line.element),
    cell('memory measure', memory.number, memory.line.element),
    processes,
    uptime,
    exit,
  );
  element.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a') === null) link.click();
  });
  return {
    element,
    link,
    update(row, { index, rowPx, nowMs, isOpen }) {
      const { status } = row;
      const text = (key: ColumnKey): string => textOf(key, row, nowMs);
      element.style.transform = `translateY(${index * rowPx}px)`;
      // The head is row 1.
      setAttribute(element, 'aria-rowindex', String(index + 2));
      element.classList.toggle('is-open', isOpen);
      element.classList.toggle('has-alert', row.alerts.size > 0);
      setText(link, text('name'));
      setAttribute(link, 'title', row.id);
      updateBadge(badge, row);
      setText(state, status.phase);
      setAttribute(state, 'data-state', status.phase);
      setText(image, text('image'));
      setAttribute(image, 'title', status.image);
      setText(cpu.number, text('cpu'));
      setText(used, bytesText(row.memoryBytes()));
      const limitBytes = row.memoryLimitBytes();
      setText(
        limit,
        limitBytes === undefined || row.usage === undefined ? '' : ` / ${bytesText(limitBytes)}`,
      );
      cpu.line.update(row.cpuSpark);
      memory.line.update(row.memorySpark);
      setText(processes, text('processes'));
      setText(uptime, text('uptime'));
      setAttribute(uptime, 'title', `since ${absoluteText(status.startedAtMs)}`);
      setText(exit, exitText(status.exitResult, NOTHING));
      setAttribute(exit, 'title', absoluteText(status.completedAtMs));
      exit.classList.toggle('is-bad', status.exitResult !== undefined && isFailure(status.exitResult));
    },
  };
}

function updateBadge(badge: HTMLElement, { alerts }: TaskRow): void {
  const all = [...alerts.values()];
  badge.hidden = all.length === 0;
  setText(badge, all.map(({ rule }) => rule).join(' '));
  setAttribute(badge, 'title', all.map(({ message }) => message).join('\n'));
}

function cell(kind: string, ...children: readonly Element[]): HTMLElement {
  return h('div', { role: 'cell', class: kind }, ...children);
}

function textOf(key: ColumnKey, row: TaskRow, nowMs: number): string {
  return COLUMNS.find((column) => column.key === key)?.text(row, nowMs) ?? '';
}
