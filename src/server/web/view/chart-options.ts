import type uPlot from 'uplot';

import { timeTicks, valueTicks } from '../logic/axis-ticks.ts';
import type { ChartSeries, ChartWindow } from '../logic/chart-data.ts';
import { clockText } from '../logic/format.ts';
import { colour } from './theme.ts';

export interface ChartLine {
  readonly series: ChartSeries;
  readonly title: string;
  /** A colour of the theme. */
  readonly colour: string;
  readonly isFilled?: boolean;
  /** It is of no interest while it is 0. */
  readonly hidesZero?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly text: (value: number | undefined) => string;
  /** What the axis reaches at least. */
  readonly least: number;
  /** Steps of the axis are powers of two. */
  readonly isBinary?: boolean;
  /** Steps of the axis are whole numbers. */
  readonly isWhole?: boolean;
}

/** What a chart asks of its surroundings. */
export interface ChartWiring {
  readonly width: number;
  readonly height: number;
  readonly range: () => [number, number];
  readonly yRange: (max: number) => [number, number];
  readonly syncKey: string;
  readonly draw: (plot: uPlot) => void;
  readonly onCursor: (plot: uPlot) => void;
  /** Undefined for the whole range again. */
  readonly onZoom: (window: ChartWindow | undefined) => void;
}

const AXIS_PX = 62;
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 6;

export function uplotOptions(options: ChartOptions, wiring: ChartWiring): uPlot.Options {
  const { lines, text, isBinary, isWhole } = options;
  const muted = colour('muted');
  const grid = { stroke: colour('grid'), width: 1 };
  const axis = { stroke: muted, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  return {
    width: wiring.width,
    height: wiring.height,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      sync: { key: wiring.syncKey, setSeries: false },
      drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PX },
      bind: {
        dblclick: () => () => {
          wiring.onZoom(undefined);
          return null;
        },
      },
    },
    scales: { x: { time: true, range: wiring.range }, y: { range: (_, __, max) => wiring.yRange(max) } },
    axes: [
      {
        ...axis,
        size: 26,
        splits: (_, __, min, max) => seconds(timeTicks(min * 1_000, max * 1_000)),
        values: timeTexts,
      },
      {
        ...axis,
        size: AXIS_PX,
        splits: (_, __, ___, max) => [
          ...valueTicks(max, { ...(isBinary && { isBinary }), ...(isWhole && { isWhole }) }),
        ],
        values: (_, ticks) => ticks.map((tick) => text(tick).replace(/\.0(?=\D|$)/, '')),
      },
    ],
    series: [{}, ...lines.map(seriesOf)],
    hooks: {
      draw: [wiring.draw],
      setCursor: [wiring.onCursor],
      setSelect: [(plot) => zoom(plot, wiring)],
    },
  };
}

function seriesOf(line: ChartOptions['lines'][number]): uPlot.Series {
  return {
    label: line.title,
    stroke: colour(line.colour),
    width: 1.6,
    // A line needs two.
    points: { show: (_, __, first, last) => last - first < 2, size: 5 },
    ...(line.isFilled === true && { fill: translucent(colour(line.colour)) }),
  };
}

function seconds(timesMs: readonly number[]): number[] {
  return timesMs.map((time) => time / 1_000);
}

function zoom(plot: uPlot, { onZoom }: ChartWiring): void {
  const { left, width } = plot.select;
  if (width < LEAST_DRAG_PX) return;
  const timeAt = (px: number): number => plot.posToVal(px, 'x') * 1_000;
  const window = { fromMs: timeAt(left), toMs: timeAt(left + width) };
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom(window);
}

function timeTexts(_: uPlot, ticks: number[]): string[] {
  const stepMs = ((ticks[1] ?? 60) - (ticks[0] ?? 0)) * 1_000;
  return ticks.map((tick) => {
    const clock = clockText(tick * 1_000);
    return stepMs < 60_000 ? clock : clock.slice(0, 5);
  });
}

function translucent(rgb: string): string {
  return rgb.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.16)');
}
