import { coreShareText } from '../../../model/core-share-text.ts';
import { bytesText } from '../logic/format.ts';
import { groupTotals } from '../logic/group-rows.ts';
import { connectionText, connectionTitle, isAway } from '../logic/host-connection.ts';
import type { TableItem } from '../logic/table-items.ts';
import { h, setAttribute, setText } from './dom.ts';

/** The head of a group: its name, whether the host is live where it is one, and the sums of its tasks in their columns. */
export interface GroupView {
  readonly element: HTMLElement;
  readonly update: (group: GroupItem, nowMs: number) => void;
}

type GroupItem = Extract<TableItem, { kind: 'group' }>;

export function createGroupView(): GroupView {
  const title = h('span', { class: 'group-title' });
  const count = h('span', { class: 'muted' });
  const problems = h('span', { class: 'badge' });
  const state = h('span', { class: 'pill' });
  const host = h('div', { class: 'identity' }, state);
  const cpu = h('span', { class: 'number' });
  const memory = h('span', { class: 'number' });
  const element = h('div', { role: 'row', class: 'row group' });
  element.append(
    h(
      'div',
      { role: 'rowheader', class: 'name' },
      h('div', { class: 'title' }, title, count, problems),
      host,
    ),
    ...['state', 'image'].map((kind) => h('div', { role: 'cell', class: kind })),
    h('div', { role: 'cell', class: 'cpu measure' }, cpu),
    h('div', { role: 'cell', class: 'memory measure' }, memory),
    ...['processes', 'uptime', 'exit'].map((kind) => h('div', { role: 'cell', class: kind })),
  );
  return {
    element,
    update({ title: name, rows, connection }, nowMs) {
      const totals = groupTotals(rows);
      setText(title, name);
      setText(count, totals.tasks === 1 ? '1 task' : `${totals.tasks} tasks`);
      problems.hidden = totals.problems === 0;
      setText(problems, totals.problems === 1 ? '1 alert' : `${totals.problems} alerts`);
      host.hidden = connection === undefined;
      element.classList.toggle('is-away', isAway(connection));
      if (connection !== undefined) {
        setText(state, connectionText(connection, nowMs));
        setAttribute(state, 'data-state', connection.state);
        setAttribute(state, 'title', connectionTitle(connection));
      }
      setText(cpu, coreShareText(totals.cpuCores));
      setText(memory, bytesText(totals.memoryBytes));
    },
  };
}
