import { coreShareText } from '../../../model/core-share-text.ts';
import { bytesText } from '../logic/format.ts';
import { connectionTitle, isAway } from '../logic/host-connection.ts';
import { isProblem } from '../logic/problem-rank.ts';
import { taskHash } from '../logic/route.ts';
import { identityOf, shortId } from '../logic/task-identity.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h } from './dom.ts';

/** One task of the map. A map of 1,000 changes every second: a cell writes only what is new, without reading the document. */
export interface HeatCell {
  readonly link: HTMLAnchorElement;
  update(row: TaskRow, state: CellState): void;
}

export interface CellState {
  /** The top of the scale. */
  readonly topCores: number;
  readonly isOpen: boolean;
  /** Whether the task is the only one of its name; others show their allocation or id in place of it. */
  readonly isNamed: boolean;
  /** Whether there is space for text. */
  readonly hasText: boolean;
}

/** Colours from idle to the top of the scale. */
export const HEAT_STEPS = 8;

export function createHeatCell(taskId: string): HeatCell {
  const name = h('span', { class: 'cell-name' });
  const value = h('span', { class: 'cell-value' });
  const link = h('a', { class: 'cell', href: taskHash(taskId) }, name, ' ', value);
  const write = createWriter();
  let row: TaskRow | undefined;
  const label = createLabel();
  // The text on hover is long: only the cell that is pointed at has it.
  link.addEventListener('pointerenter', () => {
    if (row !== undefined) link.title = titleOf(row);
  });
  return {
    link,
    update(next, { topCores, isOpen, isNamed, hasText }) {
      row = next;
      const { status } = row;
      const cores = row.cpuCores();
      const cpu = coreShareText(cores);
      const away = row.connection !== undefined && isAway(row.connection);
      write('heat', heatOf(cores, topCores), (heat) => (link.dataset['heat'] = heat));
      write('state', status.state, (state) => (link.dataset['state'] = state));
      const isAlert = isProblem(row);
      write(
        'class',
        `cell${isAlert ? ' has-alert' : ''}${away ? ' is-away' : ''}${isOpen ? ' is-open' : ''}`,
        (names) => (link.className = names),
      );
      const shownName = isNamed ? status.name : shortId(status.allocId ?? status.id);
      const shownValue = status.state === 'exited' ? 'exited' : cpu;
      // A label has to contain the text of the link.
      const all = `${shownName} ${shownValue} CPU, ${label(row)}`;
      write('label', all, (text) => link.setAttribute('aria-label', text));
      if (!hasText) return;
      write('name', shownName, (text) => (name.textContent = text));
      write('value', shownValue, (text) => (value.textContent = text));
    },
  };
}

/** Calls `apply` with a value of a name when it is another one than before. */
function createWriter(): (name: string, value: string, apply: (value: string) => void) => void {
  const written = new Map<string, string>();
  return (name, value, apply) => {
    if (written.get(name) === value) return;
    written.set(name, value);
    apply(value);
  };
}

/** What the colour of a cell says, for those who do not see it. The names of a task are joined once for each status. */
function createLabel(): (row: TaskRow) => string {
  let known: TaskRow['status'] | undefined;
  let who = '';
  return (row) => {
    if (known !== row.status) {
      known = row.status;
      who = whoOf(row);
    }
    return `${who}, ${row.status.phase}${problemOf(row)}`;
  };
}

function whoOf({ status }: TaskRow): string {
  return [status.name, ...identityOf(status)].join(' ');
}

function problemOf(row: TaskRow): string {
  const away =
    row.connection !== undefined && isAway(row.connection) ? `, host ${connectionTitle(row.connection)}` : '';
  return `${isProblem(row) ? ', with an alert' : ''}${away}`;
}

function titleOf(row: TaskRow): string {
  return `${whoOf(row)}\n${row.status.phase}${problemOf(row)}\nCPU ${coreShareText(row.cpuCores())}, memory ${bytesText(row.memoryBytes())}`;
}

function heatOf(cores: number | undefined, topCores: number): string {
  return cores === undefined
    ? 'none'
    : String(Math.min(HEAT_STEPS, Math.ceil((cores / topCores) * HEAT_STEPS)));
}
