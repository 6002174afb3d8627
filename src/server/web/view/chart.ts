import uPlot from 'uplot';

import type { ChartData } from '../logic/chart-data.ts';
import type { TaskSeries } from '../../history/task-series.ts';
import { h, setText } from './dom.ts';
import { colour } from './theme.ts';

export interface ChartLine {
  readonly series: TaskSeries;
  readonly title: string;
  /** A colour of the theme. */
  readonly colour: string;
  readonly isFilled?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly text: (value: number | undefined) => string;
  /** What the axis reaches at least. */
  readonly least: number;
  /** Steps of the axis are powers of two. */
  readonly isBinary?: boolean;
}

export interface ChartView {
  readonly element: HTMLElement;
  /** `limit` is drawn as a line once the values approach it; the axis follows the values. */
  update(data: ChartData, range: { readonly fromMs: number; readonly toMs: number }, limit?: number): void;
  /** Colours have changed. */
  restyle(): void;
  destroy(): void;
}

const HEIGHT = 150;
const AXIS_PX = 58;

export function createChart(options: ChartOptions): ChartView {
  const { title, lines, text, least } = options;
  const values = lines.map(() => h('b'));
  const keys = h('span', { class: 'keys' });
  keys.append(
    ...lines.map((line, n) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.color = `var(--${line.colour})`;
      return h('span', { class: 'key' }, swatch, line.title, values[n] ?? '');
    }),
  );
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': `${title} over time` });
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, h('span', {}, title), keys), place);
  let limitValue: number | undefined;
  let plot: uPlot | undefined;
  let latest: uPlot.AlignedData = [[], ...lines.map(() => [])];
  let fromTo: readonly [number, number] = [0, 1];
  const showAt = (index: number | null | undefined): void =>
    lines.forEach((_, n) => {
      const column = latest[n + 1];
      const at = index ?? (column?.length ?? 0) - 1;
      const node = values[n];
      if (node !== undefined) setText(node, text(column?.[at] ?? undefined));
    });
  const make = (): uPlot =>
    new uPlot(
      uplotOptions(options, {
        width: Math.max(place.clientWidth, 120),
        range: () => [...fromTo],
        yRange: (max) => [0, upperEdge(Math.max(max, least), limitValue)],
        limit: () => limitValue,
        onCursor: showAt,
      }),
      latest,
      place,
    );
  const resize = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT }));
  resize.observe(place);
  return {
    element,
    update({ timeMs, series }, { fromMs, toMs }, limit) {
      limitValue = limit;
      fromTo = [fromMs / 1_000, toMs / 1_000];
      latest = [timeMs.map((time) => time / 1_000), ...lines.map((line) => [...series[line.series]])];
      if (plot === undefined) plot = make();
      else plot.setData(latest);
      showAt(plot.cursor.idx);
    },
    restyle() {
      plot?.destroy();
      plot = plot === undefined ? undefined : make();
    },
    destroy() {
      resize.disconnect();
      plot?.destroy();
    },
  };
}

/** Up to the limit only if more than a third of it is used: otherwise the values would be flat at the bottom. */
function upperEdge(max: number, limit: number | undefined): number {
  const edge = max * 1.12;
  return limit !== undefined && max > limit / 3 ? Math.max(edge, limit * 1.06) : edge;
}

interface Wiring {
  readonly width: number;
  readonly range: () => [number, number];
  readonly yRange: (max: number) => [number, number];
  readonly limit: () => number | undefined;
  readonly onCursor: (index: number | null | undefined) => void;
}

const POWERS = Array.from({ length: 50 }, (_, n) => 2 ** n);

function uplotOptions({ lines, text, isBinary = false }: ChartOptions, wiring: Wiring): uPlot.Options {
  const muted = colour('muted');
  const grid = { stroke: colour('grid'), width: 1 };
  const axis = { stroke: muted, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  return {
    width: wiring.width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: true, range: wiring.range }, y: { range: (_, __, max) => wiring.yRange(max) } },
    axes: [
      { ...axis, space: 70, values: timeTexts, size: 26 },
      {
        ...axis,
        size: AXIS_PX,
        space: 30,
        values: (_, ticks) => ticks.map((tick) => text(tick)),
        ...(isBinary && { incrs: POWERS }),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.title,
        stroke: colour(line.colour),
        width: 1.6,
        points: { show: false },
        ...(line.isFilled === true && { fill: translucent(colour(line.colour)) }),
      })),
    ],
    hooks: {
      draw: [(plot) => drawLimit(plot, wiring.limit())],
      setCursor: [(plot) => wiring.onCursor(plot.cursor.idx)],
    },
  };
}

function timeTexts(plot: uPlot, ticks: number[]): string[] {
  const span = (plot.scales['x']?.max ?? 0) - (plot.scales['x']?.min ?? 0);
  return ticks.map((tick) =>
    new Date(tick * 1_000).toLocaleTimeString('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      ...(span < 240 && { second: '2-digit' }),
    }),
  );
}

function translucent(rgb: string): string {
  return rgb.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.16)');
}

function drawLimit(plot: uPlot, limit: number | undefined): void {
  const { ctx, bbox, scales } = plot;
  if (limit === undefined || limit > (scales['y']?.max ?? 0)) return;
  const y = plot.valToPos(limit, 'y', true);
  ctx.save();
  ctx.strokeStyle = colour('bad');
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
