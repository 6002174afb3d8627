import { bytesText, coreShareText } from '../logic/format.ts';
import { groupTotals } from '../logic/group-rows.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setText } from './dom.ts';

/** The head of a group: its name, and the sums of its tasks in their columns. */
export interface GroupView {
  readonly element: HTMLElement;
  readonly update: (title: string, rows: readonly TaskRow[]) => void;
}

export function createGroupView(): GroupView {
  const title = h('span', { class: 'group-title' });
  const count = h('span', { class: 'muted' });
  const problems = h('span', { class: 'badge' });
  const cpu = h('span', { class: 'number' });
  const memory = h('span', { class: 'number' });
  const element = h('div', { role: 'row', class: 'row group' });
  element.append(
    h('div', { role: 'rowheader', class: 'name' }, h('div', { class: 'title' }, title, count, problems)),
    ...['state', 'image'].map((kind) => h('div', { role: 'cell', class: kind })),
    h('div', { role: 'cell', class: 'cpu measure' }, cpu),
    h('div', { role: 'cell', class: 'memory measure' }, memory),
    ...['processes', 'uptime', 'exit'].map((kind) => h('div', { role: 'cell', class: kind })),
  );
  return {
    element,
    update(name, rows) {
      const totals = groupTotals(rows);
      setText(title, name);
      setText(count, totals.tasks === 1 ? '1 task' : `${totals.tasks} tasks`);
      problems.hidden = totals.problems === 0;
      setText(problems, totals.problems === 1 ? '1 alert' : `${totals.problems} alerts`);
      setText(cpu, coreShareText(totals.cpuCores));
      setText(memory, bytesText(totals.memoryBytes));
    },
  };
}
