import { printable } from '../../model/printable.ts';
import { knownUntilMs, type Freshness } from '../freshness.ts';
import { GAP, layoutColumns, type Placed } from './top-layout.ts';
import { EMPTY_LINE, line, segment, type Line } from './line.ts';
import { fit } from '../text-width.ts';
import type { TopState } from './top-state.ts';
import type { TopTask } from './top-data.ts';

export interface ViewSize {
  readonly width: number;
  readonly height: number;
  readonly nowMs: number;
  readonly freshness: Freshness;
}

const MARK = '▸ ';
const NO_MARK = '  ';

/** The table: titles, then as many tasks as fit, including the selected one. */
export function listView(
  shown: readonly TopTask[],
  selected: TopTask | undefined,
  state: TopState,
  { width, height, nowMs, freshness }: ViewSize,
): readonly Line[] {
  const columns = layoutColumns(width - MARK.length, shown);
  const titles = titleLine(columns, state);
  if (shown.length === 0) return [titles, EMPTY_LINE, line(emptyText(state), 'dim')].slice(0, height);
  const space = Math.max(0, height - 1);
  const at = selected === undefined ? 0 : shown.indexOf(selected);
  // The window moves only when the selected task would leave it, in steps of whole windows.
  const from = space === 0 ? 0 : Math.min(Math.floor(at / space) * space, Math.max(0, shown.length - space));
  const rows = shown.slice(from, from + space).map((task): Line => {
    const isSelected = task === selected;
    const cells = columns.flatMap(({ column, width: cellWidth }, index) => [
      ...(index === 0 ? [] : [segment(' '.repeat(GAP))]),
      ...column.cell(task, {
        width: cellWidth,
        nowMs: knownUntilMs(freshness, nowMs, task.status.host),
      }),
    ]);
    return { isSelected, segments: [segment(isSelected ? MARK : NO_MARK, 'accent'), ...cells] };
  });
  return [titles, ...rows];
}

/** The sort column has an arrow. */
function titleLine(columns: readonly Placed[], { sort, isReversed }: TopState): Line {
  const titles = columns.map(({ column: { field, title, align }, width }) => {
    const text = field === sort ? `${title}${isReversed ? '▲' : '▼'}` : title;
    return fit(text, width, align);
  });
  return line(NO_MARK + titles.join(' '.repeat(GAP)), 'title');
}

function emptyText({ filter, isAll }: TopState): string {
  if (filter !== '') return `${NO_MARK}No task has "${printable(filter)}" in its name, id or image.`;
  return `${NO_MARK}${isAll ? 'No tasks.' : 'No running tasks; press a to include exited tasks.'}`;
}
