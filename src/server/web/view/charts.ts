import {
  chartData,
  createLiveRows,
  lastValues,
  type ChartWindow,
  type LastValues,
} from '../logic/chart-data.ts';
import { chartMarkers, type ChartMarker } from '../logic/chart-markers.ts';
import type { FeedItem } from '../logic/feed-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { openTaskSamples } from '../task-samples.ts';
import { CHART_KINDS } from './chart-kinds.ts';
import { createChart, type ChartGroup } from './chart.ts';
import { h } from './dom.ts';
import { createHistoryFetch } from './history-fetch.ts';
import { createMarkerList } from './marker-list.ts';
import { createRangePicker } from './range-picker.ts';

/** The charts of one task: what the agent remembers, and what comes in. */
export interface Charts {
  readonly element: HTMLElement;
  readonly update: (row: TaskRow | undefined, items: readonly FeedItem[], nowMs: number) => void;
  /** The last values that were measured. */
  readonly last: () => LastValues;
  /** Asks the agent again: the connection was interrupted. */
  readonly reload: () => void;
  readonly restyle: () => void;
  readonly destroy: () => void;
}

/** The history has a step of seconds for so long. */
const FINE_MS = 3_600_000;
/** An exit raises its alert a moment later: that is named, although it is beyond the end of the charts. */
const AFTER_MS = 10_000;

export function createCharts(taskId: string, redraw: () => void): Charts {
  const live = createLiveRows();
  const closeSamples = openTaskSamples(taskId, (usage) => live.add(usage));
  const history = createHistoryFetch(taskId, redraw);
  const picker = createRangePicker(redraw);
  let last: LastValues = {};
  const charts = makeCharts({ syncKey: taskId, onZoom: picker.zoomTo });
  const all = Object.values(charts);
  const markerList = createMarkerList();
  const body = h('div', { class: 'charts' });
  body.append(...all.map(({ element }) => element));
  const head = h('header', {}, h('h2', {}, 'Charts'), ...picker.elements);
  return {
    element: h(
      'section',
      { class: 'panel charts-panel', 'aria-label': 'Charts' },
      head,
      markerList.element,
      body,
    ),
    update(row, items, nowMs) {
      const whole = picker.range(nowMs, row?.status);
      const window = picker.zoom() ?? whole;
      const isFine = whole.toMs - window.fromMs <= FINE_MS;
      const columns = history.get(isFine ? 'fine' : 'coarse', nowMs);
      const rangeMs = window.toMs - window.fromMs;
      const data = chartData(columns, isFine ? live.rows() : [], { nowMs: window.toMs, rangeMs });
      if (window === whole) last = lastValues(data);
      const markers = markersIn(window, chartMarkers(row?.status, [...(row?.alerts.values() ?? [])], items));
      markerList.update(markers);
      const shared = { data, window, markers };
      const limits = new Map([
        [charts.memory, row?.memoryLimitBytes()],
        [charts.processes, row?.usage?.pidCount?.limit],
      ]);
      all.forEach((chart) => chart.update({ ...shared, limit: limits.get(chart) }));
    },
    last: () => last,
    reload: history.reload,
    restyle: () => all.forEach((chart) => chart.restyle()),
    destroy() {
      closeSamples();
      all.forEach((chart) => chart.destroy());
    },
  };
}

function makeCharts(
  group: ChartGroup,
): Readonly<Record<keyof typeof CHART_KINDS, ReturnType<typeof createChart>>> {
  const { cpu, memory, throttled, processes, io, network, pressure } = CHART_KINDS;
  return {
    cpu: createChart(cpu, group),
    memory: createChart(memory, group),
    throttled: createChart(throttled, group),
    processes: createChart(processes, group),
    io: createChart(io, group),
    network: createChart(network, group),
    pressure: createChart(pressure, group),
  };
}

function markersIn({ fromMs, toMs }: ChartWindow, markers: readonly ChartMarker[]): readonly ChartMarker[] {
  return markers.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs + AFTER_MS);
}
