import { coresOf, memoryOf } from '../../model/headline.ts';
import type { SortField, TopState } from './top-state.ts';
import type { TopTask } from './top-data.ts';

/** The tasks that the list shows, in its order. */
export function shownTasks(
  tasks: readonly TopTask[],
  { isAll, filter, sort, isReversed }: Pick<TopState, 'isAll' | 'filter' | 'sort' | 'isReversed'>,
): readonly TopTask[] {
  const wanted = filter.toLowerCase();
  const matches = ({ status: { id, name, image } }: TopTask): boolean =>
    [id, name, image].some((text) => text.toLowerCase().includes(wanted));
  const shown = tasks.filter((task) => (isAll || task.status.phase !== 'exited') && matches(task));
  const ordered = shown.sort((a, b) => compare(a, b, sort));
  return isReversed ? ordered.reverse() : ordered;
}

/** The selected task while it is shown, else the first. */
export function selectedTask(
  shown: readonly TopTask[],
  { selectedId }: Pick<TopState, 'selectedId'>,
): TopTask | undefined {
  return shown.find(({ status }) => status.id === selectedId) ?? shown[0];
}

/** Values are sorted largest first; missing values come last. */
const VALUES: Partial<Record<SortField, (task: TopTask) => number | undefined>> = {
  cpu: ({ usage }) => coresOf(usage),
  memory: ({ usage }) => memoryOf(usage),
  pids: ({ usage }) => usage?.pidCount?.current,
  net: ({ usage }) => sum(usage?.network?.receivedBytesPerSecond, usage?.network?.sentBytesPerSecond),
  io: ({ usage }) => sum(usage?.io?.readBytesPerSecond, usage?.io?.writeBytesPerSecond),
  uptime: ({ status: { startedAtMs } }) => startedAtMs && -startedAtMs,
};

const TEXTS: Partial<Record<SortField, (task: TopTask) => string>> = {
  state: ({ status }) => status.phase,
  image: ({ status }) => status.image,
};

function compare(a: TopTask, b: TopTask, field: SortField): number {
  const valueOf = VALUES[field];
  const text = TEXTS[field];
  const first =
    valueOf !== undefined
      ? (valueOf(b) ?? Number.NEGATIVE_INFINITY) - (valueOf(a) ?? Number.NEGATIVE_INFINITY)
      : text !== undefined
        ? compareTexts(text(a), text(b))
        : 0;
  return first || compareTexts(a.label, b.label) || compareTexts(a.status.id, b.status.id);
}

/** By code points, so that the order is the same under every locale. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sum(...values: readonly (number | undefined)[]): number | undefined {
  const measured = values.filter((value) => value !== undefined);
  return measured.length === 0 ? undefined : measured.reduce((total, value) => total + value, 0);
}
