import { percentText } from '../logic/format.ts';
import { connectionText, connectionTitle } from '../logic/host-connection.ts';
import type { SparkScales } from '../logic/spark-scales.ts';
import type { TableItem } from '../logic/table-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';
import { createHeatCell, HEAT_STEPS, type HeatCell } from './heat-cell.ts';

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

/** With more tasks than these, cells become smaller. */
const MOST_LARGE = 80;
const MOST_MEDIUM = 400;

export function createHeatMap(): HeatMap {
  const cells = new Map<string, HeatCell>();
  const list = h('div', { class: 'cells' });
  const scale = h('span');
  const legend = h('p', { class: 'heat-legend' }, 'CPU, 0% ');
  legend.append(
    ...Array.from({ length: HEAT_STEPS + 1 }, (_, n) => h('span', { class: 'cell', 'data-heat': String(n) })),
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
      const size = sizeOf(ids.size);
      for (const item of items) {
        if (item.kind === 'group') continue;
        const { row } = item;
        const cell = cells.get(row.id) ?? createHeatCell(row.id);
        cells.set(row.id, cell);
        cell.update(row, {
          topCores: scales.cpuCores,
          isOpen: row.id === openId,
          isNamed: isNamed(row),
          hasText: size !== 'small',
        });
      }
      setText(scale, percentText(scales.cpuCores));
      setAttribute(list, 'data-size', size);
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
  cells: ReadonlyMap<string, HeatCell>,
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
