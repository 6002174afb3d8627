import { getJson } from '../api.ts';
import type { HistoryColumns } from '../../history/history.ts';
import {
  RANGES,
  RANGE_MS,
  chartData,
  chartWindow,
  createLiveRows,
  lastValues,
  type LastValues,
  type Range,
} from '../logic/chart-data.ts';
import { bytesText, coresText, countText } from '../logic/format.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { createChart, type ChartView } from './chart.ts';
import { h } from './dom.ts';
import { segments } from './segments.ts';

/** The charts of one task: what the agent remembers, and what comes in. */
export interface Charts {
  readonly element: HTMLElement;
  readonly update: (row: TaskRow | undefined, nowMs: number) => void;
  /** The last values that were measured. */
  readonly last: () => LastValues;
  /** Asks the agent again: the connection was interrupted. */
  readonly reload: () => void;
  readonly restyle: () => void;
  readonly destroy: () => void;
}

const REFETCH_MS = 60_000;

export function createCharts(taskId: string, redraw: () => void): Charts {
  const live = createLiveRows();
  let history: HistoryColumns | undefined;
  let fetchedMs = 0;
  const range = segments<Range>(
    'Time range',
    RANGES.map((one) => [one, one] as const),
    '5m',
    () => load(),
  );
  const load = (): void => {
    fetchedMs = Date.now();
    const resolution = range.value() === '24h' ? 'coarse' : 'fine';
    const query = new URLSearchParams({ task: taskId, resolution });
    getJson<HistoryColumns>(`v1/history?${query.toString()}`)
      .then((columns) => (history = columns))
      // The charts live on by what comes in; that the agent is away is said elsewhere.
      .catch(() => (history = undefined))
      .finally(redraw);
  };
  let last: LastValues = {};
  const charts = makeCharts();
  const all = Object.values(charts);
  const body = h('div', { class: 'charts' });
  body.append(...all.map(({ element }) => element));
  const head = h('header', {}, h('h2', {}, 'Charts'), range.element);
  load();
  return {
    element: h('section', { class: 'panel', 'aria-label': 'Charts' }, head, body),
    update(row, nowMs) {
      if (row?.usage !== undefined) live.add(row.usage);
      if (nowMs - fetchedMs > REFETCH_MS) load();
      const span = chartWindow(RANGE_MS[range.value()], nowMs, row?.status);
      const isCoarse = range.value() === '24h';
      const rangeMs = span.toMs - span.fromMs;
      const data = chartData(history, isCoarse ? [] : live.rows(), { nowMs: span.toMs, rangeMs });
      last = lastValues(data);
      charts.cpu.update(data, span);
      charts.throttled.update(data, span);
      charts.memory.update(data, span, row?.memoryLimitBytes());
      charts.processes.update(data, span, row?.usage?.pidCount?.limit);
    },
    last: () => last,
    reload: load,
    restyle: () => all.forEach((chart) => chart.restyle()),
    destroy: () => all.forEach((chart) => chart.destroy()),
  };
}

function makeCharts(): Readonly<Record<'cpu' | 'throttled' | 'memory' | 'processes', ChartView>> {
  return {
    cpu: createChart({
      title: 'CPU',
      lines: [{ series: 'cpuCores', title: 'cores', colour: 'accent', isFilled: true }],
      text: coresText,
      least: 0.1,
    }),
    memory: createChart({
      title: 'Memory',
      lines: [
        { series: 'workingSetBytes', title: 'working set', colour: 'memory', isFilled: true },
        { series: 'rssBytes', title: 'rss', colour: 'band-2' },
        { series: 'cacheBytes', title: 'cache', colour: 'band-3' },
        { series: 'swapBytes', title: 'swap', colour: 'band-4' },
      ],
      text: bytesText,
      isBinary: true,
      least: 2 ** 20,
    }),
    throttled: createChart({
      title: 'Throttled',
      lines: [{ series: 'throttledSeconds', title: 'seconds a second', colour: 'warn', isFilled: true }],
      text: coresText,
      least: 0.1,
    }),
    processes: createChart({
      title: 'Processes',
      lines: [{ series: 'processes', title: 'processes and threads', colour: 'good', isFilled: true }],
      text: (value) => (value === undefined || Number.isInteger(value) ? countText(value) : ''),
      least: 2,
    }),
  };
}
