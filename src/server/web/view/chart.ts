import uPlot from 'uplot';

import type { ChartData, ChartWindow } from '../logic/chart-data.ts';
import type { ChartMarker } from '../logic/chart-markers.ts';
import { cursorText, drawOverlay } from './chart-overlay.ts';
import { uplotOptions, type ChartLine, type ChartOptions } from './chart-options.ts';
import { h, setText } from './dom.ts';

export interface ChartUpdate {
  readonly data: ChartData;
  readonly window: ChartWindow;
  readonly markers: readonly ChartMarker[];
  /** Drawn as a line once the values approach it; the axis follows the values. */
  readonly limit?: number | undefined;
}

export interface ChartView {
  readonly element: HTMLElement;
  /** A chart without any value is not shown. */
  update(update: ChartUpdate): void;
  /** Colours have changed. */
  restyle(): void;
  destroy(): void;
}

/** What the charts of one task share. */
export interface ChartGroup {
  /** Their cursors are in step. */
  readonly syncKey: string;
  readonly onZoom: (window: ChartWindow | undefined) => void;
}

const HEIGHT = 150;

export function createChart(options: ChartOptions, { syncKey, onZoom }: ChartGroup): ChartView {
  const { title, lines, text, least } = options;
  const keys = createKeys(lines, text);
  const at = h('span', { class: 'at', hidden: true });
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': `${title} over time` });
  const caption = h('figcaption', {}, h('span', {}, title), keys.element);
  const element = h('figure', { class: 'chart', hidden: true }, caption, place);
  let now: Omit<ChartUpdate, 'data'> = { window: { fromMs: 0, toMs: 1 }, markers: [] };
  let latest: uPlot.AlignedData = [[], ...lines.map(() => [])];
  let plot: uPlot | undefined;
  const showCursor = (shown: uPlot): void => {
    keys.show(latest, shown.cursor.idx);
    const cursor = cursorText(shown, now.markers);
    at.hidden = cursor === undefined;
    setText(at, cursor ?? '');
    at.style.left = `${Math.min(Math.max(shown.cursor.left ?? 0, 24), shown.over.clientWidth - 24)}px`;
  };
  const make = (): uPlot => {
    const made = new uPlot(
      uplotOptions(options, {
        width: Math.max(place.clientWidth, 120),
        height: HEIGHT,
        range: () => [now.window.fromMs / 1_000, now.window.toMs / 1_000],
        yRange: (max) => [0, upperEdge(Math.max(max, least), now.limit)],
        syncKey,
        draw: (drawn) => drawOverlay(drawn, now),
        onCursor: showCursor,
        onZoom,
      }),
      latest,
      place,
    );
    made.over.append(at);
    return made;
  };
  const resize = watchWidth(place, (width) => plot?.setSize({ width, height: HEIGHT }));
  return {
    element,
    update({ data, ...rest }) {
      now = rest;
      const columns = lines.map((line) => shownColumn(data, line));
      latest = [data.timeMs.map((time) => time / 1_000), ...columns];
      element.hidden = columns.every((column) => column.every((value) => value === null));
      if (element.hidden) return;
      if (plot === undefined) plot = make();
      else plot.setData(latest);
      keys.show(latest, plot.cursor.idx);
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

function watchWidth(element: HTMLElement, onChange: (width: number) => void): ResizeObserver {
  const observer = new ResizeObserver(() => onChange(element.clientWidth));
  observer.observe(element);
  return observer;
}

/** Only nulls for a line that is not measured, or of no interest. */
function shownColumn(
  { series }: ChartData,
  { series: name, hidesZero = false }: ChartLine,
): (number | null)[] {
  const column = [...series[name]];
  const isIdle = hidesZero && column.every((value) => value === null || value === 0);
  return isIdle ? column.map(() => null) : column;
}

/** The names of the lines with a value each; a line without values has none. */
function createKeys(
  lines: readonly ChartLine[],
  text: ChartOptions['text'],
): { readonly element: HTMLElement; show(data: uPlot.AlignedData, index: number | null | undefined): void } {
  const keys = lines.map((line) => {
    const swatch = h('span', { class: 'swatch' });
    swatch.style.color = `var(--${line.colour})`;
    const value = h('b');
    return { value, element: h('span', { class: 'key' }, swatch, line.title, value) };
  });
  const element = h('span', { class: 'keys' });
  element.append(...keys.map((key) => key.element));
  return {
    element,
    show(data, index) {
      keys.forEach((key, n) => {
        const column = data[n + 1] ?? [];
        key.element.hidden = Array.prototype.every.call(column, (value) => value === null);
        setText(key.value, text(column[index ?? column.length - 1] ?? undefined));
      });
    },
  };
}

/** Up to the limit only if more than a third of it is used: otherwise the values would be flat at the bottom. */
function upperEdge(max: number, limit: number | undefined): number {
  const edge = max * 1.12;
  return limit !== undefined && max > limit / 3 ? Math.max(edge, limit * 1.06) : edge;
}
