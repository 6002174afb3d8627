import { bytesText, coreShareText, percentText } from '../logic/format.ts';
import { connectionText, connectionTitle, isAway } from '../logic/host-connection.ts';
import { isProblem } from '../logic/problem-rank.ts';
import { taskHash } from '../logic/route.ts';
import type { SparkScales } from '../logic/spark-scales.ts';
import type { TableItem } from '../logic/table-items.ts';
import { identityOf, shortId } from '../logic/task-identity.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';

/** All tasks at once, a cell each: the stronger its colour, the more CPU it uses. */
export interface HeatMap {
  readonly element: HTMLElement;
  show(
    items: readonly TableItem[],
    drawing: { readonly nowMs: number; readonly scales: SparkScales; readonly openId: string | undefined },
  ): void;
  moveFocus(step: number): void;
  focusTask(taskId: string): boolean;
}

interface Cell {
  readonly link: HTMLAnchorElement;
  readonly name: HTMLElement;
  readonly value: HTMLElement;
  /** What the colour says, for those who do not see it. */
  readonly more: HTMLElement;
}

/** Colours from idle to the top of the scale. */
const STEPS = 8;
/** With more tasks than these, cells become smaller. */
const MOST_LARGE = 80;
const MOST_MEDIUM = 400;

export function createHeatMap(): HeatMap {
  const cells = new Map<string, Cell>();
  const list = h('div', { class: 'cells' });
  const scale = h('span');
  const legend = h('p', { class: 'heat-legend' }, 'CPU, 0% ');
  legend.append(
    ...Array.from({ length: STEPS + 1 }, (_, n) => h('span', { class: 'cell', 'data-heat': String(n) })),
  );
  legend.append(scale);
  const element = h(
    'div',
    { class: 'heat-map', hidden: true },
    legend,
    h('div', { class: 'cells-box' }, list),
  );
  const order = (): readonly HTMLAnchorElement[] => [...list.querySelectorAll('a')];
  let shape = '';
  return {
    element,
    show(items, { nowMs, scales, openId }) {
      const isNamed = uniqueNames(items);
      const ids = new Set(items.map((item) => (item.kind === 'task' ? item.row.id : '')));
      for (const id of cells.keys()) if (!ids.has(id)) cells.delete(id);
      for (const item of items) {
        if (item.kind === 'group') continue;
        const cell = cells.get(item.row.id) ?? createCell(item.row.id);
        cells.set(item.row.id, cell);
        updateCell(cell, item.row, { topCores: scales.cpuCores, openId, isNamed: isNamed(item.row) });
      }
      setText(scale, percentText(scales.cpuCores));
      setAttribute(list, 'data-size', sizeOf(cells.size));
      // Only another order moves nodes: what has the focus keeps it.
      const next = items
        .map((item) => (item.kind === 'task' ? item.row.id : titleKey(item, nowMs)))
        .join('\n');
      if (next === shape) return;
      shape = next;
      place(list, items, cells, nowMs);
    },
    moveFocus(step) {
      const links = order();
      const now = links.findIndex((link) => link === document.activeElement);
      links[now === -1 ? 0 : Math.min(links.length - 1, Math.max(0, now + step))]?.focus();
    },
    focusTask(taskId) {
      cells.get(taskId)?.link.focus();
      return cells.has(taskId);
    },
  };
}

function createCell(taskId: string): Cell {
  const name = h('span', { class: 'cell-name' });
  const value = h('span', { class: 'cell-value' });
  const more = h('span', { class: 'sr-only' });
  const link = h('a', { class: 'cell', href: taskHash(taskId) }, name, ' ', value, more);
  return { link, name, value, more };
}

function updateCell(
  { link, name, value, more }: Cell,
  row: TaskRow,
  { topCores, openId, isNamed }: CellState,
): void {
  const { status } = row;
  const cores = row.cpuCores();
  const heat = cores === undefined ? 'none' : String(Math.min(STEPS, Math.ceil((cores / topCores) * STEPS)));
  const away =
    row.connection !== undefined && isAway(row.connection) ? `, host ${connectionTitle(row.connection)}` : '';
  const problem = `${isProblem(row) ? ', with an alert' : ''}${away}`;
  const who = [status.name, ...identityOf(status)].join(' ');
  const cpu = coreShareText(cores);
  setText(name, isNamed ? status.name : shortId(status.allocId ?? status.id));
  setText(value, status.state === 'exited' ? 'exited' : cpu);
  setAttribute(link, 'data-heat', heat);
  setAttribute(link, 'data-state', status.state);
  setAttribute(
    link,
    'title',
    `${who}\n${status.phase}${problem}\nCPU ${cpu}, memory ${bytesText(row.memoryBytes())}`,
  );
  setText(more, ` CPU, ${who}, ${status.phase}${problem}`);
  link.classList.toggle('has-alert', isProblem(row));
  link.classList.toggle('is-away', away !== '');
  link.classList.toggle('is-open', row.id === openId);
}

interface CellState {
  readonly topCores: number;
  readonly openId: string | undefined;
  readonly isNamed: boolean;
}

/** Whether a task is the only one of its name; others show their allocation or id in place of it. */
function uniqueNames(items: readonly TableItem[]): (row: TaskRow) => boolean {
  const counts = new Map<string, number>();
  for (const item of items) {
    if (item.kind === 'task') counts.set(item.row.status.name, (counts.get(item.row.status.name) ?? 0) + 1);
  }
  return ({ status }) => counts.get(status.name) === 1;
}

type GroupItem = Extract<TableItem, { kind: 'group' }>;

/** Changes with all that the title of a group shows. */
function titleKey({ title, rows, connection }: GroupItem, nowMs: number): string {
  const state = connection === undefined ? '' : connectionText(connection, nowMs);
  return `# ${title} ${rows.length} ${state}`;
}

function createTitle({ title, rows, connection }: GroupItem, nowMs: number): HTMLElement {
  const element = h('h3', { class: 'cells-title' }, title, h('span', { class: 'muted' }, ` ${rows.length} `));
  if (connection === undefined) return element;
  const props = { class: 'pill', 'data-state': connection.state, title: connectionTitle(connection) };
  element.append(h('span', props, connectionText(connection, nowMs)));
  return element;
}

function place(
  list: HTMLElement,
  items: readonly TableItem[],
  cells: ReadonlyMap<string, Cell>,
  nowMs: number,
): void {
  const focused = document.activeElement;
  const nodes = items.map((item) =>
    item.kind === 'group' ? createTitle(item, nowMs) : (cells.get(item.row.id)?.link ?? ''),
  );
  list.replaceChildren(...nodes);
  if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true });
}

function sizeOf(count: number): 'large' | 'medium' | 'small' {
  if (count <= MOST_LARGE) return 'large';
  return count <= MOST_MEDIUM ? 'medium' : 'small';
}
