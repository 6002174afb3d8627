import type { TaskStatus } from '../../../model/task-status.ts';
import { RANGES, RANGE_MS, chartWindow, type ChartWindow, type Range } from '../logic/chart-data.ts';
import { clockText } from '../logic/format.ts';
import { h, setText } from './dom.ts';
import { segments } from './segments.ts';

/** Which time the charts show: a range up to now or up to the end of the task, or what was zoomed to. */
export interface RangePicker {
  readonly elements: readonly HTMLElement[];
  /** The range without a zoom. */
  range(nowMs: number, status: TaskStatus | undefined): ChartWindow;
  zoom(): ChartWindow | undefined;
  /** Undefined for the whole range again. */
  readonly zoomTo: (window: ChartWindow | undefined) => void;
}

/** Shorter ones have no more than a few points. */
const LEAST_ZOOM_MS = 2_000;

export function createRangePicker(redraw: () => void): RangePicker {
  let zoom: ChartWindow | undefined;
  const zoomTo = (next: ChartWindow | undefined): void => {
    if (next !== undefined && next.toMs - next.fromMs < LEAST_ZOOM_MS) return;
    zoom = next;
    reset.hidden = zoom === undefined;
    if (zoom !== undefined) setText(reset, `${clockText(zoom.fromMs)} – ${clockText(zoom.toMs)} ✕`);
    redraw();
  };
  const reset = h('button', {
    type: 'button',
    class: 'zoom',
    title: 'Show the whole range again (double click)',
    hidden: true,
    click: () => zoomTo(undefined),
  });
  const range = segments<Range>(
    'Time range',
    RANGES.map((one) => [one, one] as const),
    '5m',
    () => zoomTo(undefined),
  );
  return {
    elements: [reset, range.element],
    range: (nowMs, status) => chartWindow(RANGE_MS[range.value()], nowMs, status),
    zoom: () => zoom,
    zoomTo,
  };
}
