import type uPlot from 'uplot';

import type { ChartMarker } from '../logic/chart-markers.ts';
import { clockText } from '../logic/format.ts';
import { colour } from './theme.ts';

/** A marker is near the cursor. */
const NEAR_PX = 5;
const FLAG_PX = 5;
export const TONE_COLOURS = { good: 'good', warn: 'warn', bad: 'bad', plain: 'muted' } as const;

/** What is drawn over the lines. */
export function drawOverlay(
  plot: uPlot,
  { limit, markers }: { readonly limit?: number | undefined; readonly markers: readonly ChartMarker[] },
): void {
  drawLimit(plot, limit);
  drawMarkers(plot, markers);
}

/** The limit as a dashed line, if the axis reaches it. */
function drawLimit(plot: uPlot, limit: number | undefined): void {
  const { ctx, bbox, scales } = plot;
  if (limit === undefined || limit > (scales['y']?.max ?? 0)) return;
  const y = plot.valToPos(limit, 'y', true);
  drawLine(ctx, colour('bad'), [
    [bbox.left, y],
    [bbox.left + bbox.width, y],
  ]);
}

/** A line with a flag where something happened. */
function drawMarkers(plot: uPlot, markers: readonly ChartMarker[]): void {
  const { ctx, bbox, scales } = plot;
  const { min = 0, max = 0 } = scales['x'] ?? {};
  for (const { timeMs, tone } of markers) {
    const time = timeMs / 1_000;
    if (time < min || time > max) continue;
    const x = Math.round(plot.valToPos(time, 'x', true));
    const stroke = colour(TONE_COLOURS[tone]);
    drawLine(ctx, stroke, [
      [x, bbox.top],
      [x, bbox.top + bbox.height],
    ]);
    const flag = FLAG_PX * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - flag, bbox.top);
    ctx.lineTo(x + flag, bbox.top);
    ctx.lineTo(x, bbox.top + 1.5 * flag);
    ctx.fillStyle = stroke;
    ctx.fill();
  }
}

/** The time under the cursor, and what is marked there. Undefined while the cursor is elsewhere. */
export function cursorText(plot: uPlot, markers: readonly ChartMarker[]): string | undefined {
  const { left = -1 } = plot.cursor;
  if (left < 0) return undefined;
  const marker = markerAt(plot, markers);
  if (marker !== undefined) return `${clockText(marker.timeMs)} ${marker.text}`;
  return clockText(plot.posToVal(left, 'x') * 1_000);
}

function markerAt(plot: uPlot, markers: readonly ChartMarker[]): ChartMarker | undefined {
  const left = plot.cursor.left ?? -1;
  return markers.find(({ timeMs }) => Math.abs(plot.valToPos(timeMs / 1_000, 'x') - left) <= NEAR_PX);
}

type Point = readonly [number, number];

function drawLine(ctx: CanvasRenderingContext2D, stroke: string, [from, to]: readonly [Point, Point]): void {
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.restore();
}
