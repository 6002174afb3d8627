import { exitText, isFailure } from '../../../model/exit-text.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import { loopText } from '../logic/crash-loops.ts';
import { COLUMNS, type ColumnKey } from '../logic/table-columns.ts';
import { NOTHING, absoluteText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import { connectionTitle, isAway } from '../logic/host-connection.ts';
import type { SparkScales } from '../logic/spark-scales.ts';
import { fullIdentity, identityOf } from '../logic/task-identity.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';
import { createMemoryCell } from './memory-cell.ts';
import { sparkline } from './sparkline.ts';

/** One row of the table, for one task. */
export interface RowView {
  readonly element: HTMLElement;
  readonly link: HTMLAnchorElement;
  readonly update: (row: TaskRow, state: RowState) => void;
}

export interface RowState {
  readonly nowMs: number;
  readonly isOpen: boolean;
  /** The agent's clock, where lines end. */
  readonly timeMs: number;
  readonly scales: SparkScales;
  /** Earlier tasks of its crash loop that have no row. */
  readonly hidden: number;
  readonly isUnfolded: boolean;
}

export function createRowView(taskId: string, onUnfold: (row: TaskRow) => void): RowView {
  let current: TaskRow | undefined;
  const link = h('a', { href: taskHash(taskId) });
  const badge = h('span', { class: 'badge', hidden: true });
  const unfold = h('button', {
    type: 'button',
    class: 'unfold',
    hidden: true,
    click: () => current !== undefined && onUnfold(current),
  });
  const identity = h('div', { class: 'identity' });
  const state = h('span', { class: 'pill' });
  const [image, processes, uptime, exit] = [cell('image'), cell('processes'), cell('uptime'), exitCell()];
  const cpu = { number: h('span', { class: 'number' }), line: sparkline('cpu') };
  const memory = createMemoryCell();
  const name = cell('name', h('div', { class: 'title' }, link, badge, unfold), identity);
  const cpuCell = cell('cpu measure', cpu.number, cpu.line.element);
  const element = h('div', { role: 'row', class: 'row' });
  element.append(name, cell('state', state), image, cpuCell, memory.element, processes, uptime, exit.element);
  element.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a, button') === null) link.click();
  });
  return {
    element,
    link,
    update(row, { nowMs, timeMs, scales, isOpen, hidden, isUnfolded }) {
      current = row;
      const { status } = row;
      const text = (key: ColumnKey): string => textOf(key, row, nowMs);
      element.classList.toggle('is-open', isOpen);
      element.classList.toggle('has-alert', row.alerts.size > 0 || row.loop !== undefined);
      element.classList.toggle('is-away', isAway(row.connection));
      setText(link, text('name'));
      setAttribute(link, 'title', fullIdentity(status));
      updateBadge(badge, row);
      unfold.hidden = hidden === 0;
      setText(unfold, isUnfolded ? 'fold' : `+${hidden} earlier`);
      setAttribute(unfold, 'aria-expanded', String(isUnfolded));
      setText(identity, [...loopTexts(row), ...identityOf(status)].join(' · '));
      identity.classList.toggle('is-bad', row.loop !== undefined);
      setText(state, status.phase);
      setAttribute(state, 'data-state', status.phase);
      setAttribute(state, 'title', awayTitle(row));
      setText(image, text('image'));
      setAttribute(image, 'title', status.image);
      setText(cpu.number, text('cpu'));
      cpu.line.update(row.cpuSpark, timeMs, scales.cpuCores);
      memory.update(row, timeMs, scales.memoryBytes);
      setText(processes, text('processes'));
      setText(uptime, text('uptime'));
      setAttribute(uptime, 'title', `since ${absoluteText(status.startedAtMs)}`);
      exit.update(status);
    },
  };
}

/** How a task has exited; the reason is apart, as it has no space in the column. */
function exitCell(): { readonly element: HTMLElement; readonly update: (status: TaskStatus) => void } {
  const [outcome, reason] = [h('span'), h('span', { class: 'reason' })];
  const element = cell('exit', outcome, reason);
  return {
    element,
    update({ exitResult, completedAtMs }) {
      const text = exitText(exitResult, NOTHING);
      const [before = ''] = text.split(' (');
      setText(outcome, before);
      setText(reason, text.slice(before.length));
      setAttribute(
        element,
        'title',
        exitResult === undefined ? '' : `${text}, ${absoluteText(completedAtMs)}`,
      );
      element.classList.toggle('is-bad', exitResult !== undefined && isFailure(exitResult));
    },
  };
}

function loopTexts({ loop }: TaskRow): readonly string[] {
  return loop === undefined ? [] : [loopText(loop)];
}

/** What the grey of a row means. */
function awayTitle({ connection, status: { host } }: TaskRow): string {
  return connection === undefined || !isAway(connection)
    ? ''
    : `${host ?? ''} is ${connectionTitle(connection)}`;
}

function updateBadge(badge: HTMLElement, { alerts, loop }: TaskRow): void {
  const all = [...alerts.values()];
  const rules = all.map(({ rule }) => rule);
  // The crashes of a loop are said below the name.
  const words = loop === undefined ? rules : rules.filter((rule) => rule !== 'crash');
  badge.hidden = words.length === 0;
  setText(badge, words.join(' '));
  setAttribute(badge, 'title', all.map(({ message }) => message).join('\n'));
}

function cell(kind: string, ...children: readonly Element[]): HTMLElement {
  return h('div', { role: 'cell', class: kind }, ...children);
}

function textOf(key: ColumnKey, row: TaskRow, nowMs: number): string {
  return COLUMNS.find((column) => column.key === key)?.text(row, nowMs) ?? '';
}
