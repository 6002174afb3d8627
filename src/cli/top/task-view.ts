import { coresOf, memoryOf } from '../../model/headline.ts';
import { printable } from '../../model/printable.ts';
import { exitText } from '../../model/exit-text.ts';
import { clock } from '../humanize.ts';
import { chart, largest, type Series } from './blocks.ts';
import { PHASE_TONES } from './top-columns.ts';
import { cores, rates, shortBytes, shortDuration } from './short-numbers.ts';
import { EMPTY_LINE, line, segment, type Line, type Segment } from './line.ts';
import { fit, widthOf } from '../text-width.ts';
import type { ViewSize } from './list-view.ts';
import { limitOf, type TopData, type TopTask } from './top-data.ts';

const SCALE_WIDTH = 7;
const LEAST_CHART_HEIGHT = 3;
const MOST_CHART_HEIGHT = 20;
/** Facts, titles of the charts and of the events, and some events. */
const OTHER_LINES = 11;

/** One task: facts, charts of its resource usage since top was started, and its events. */
export function taskView(
  task: TopTask,
  { events }: TopData,
  { width, height, nowMs }: ViewSize,
): readonly Line[] {
  const isWide = width >= 120;
  const space = Math.floor((height - OTHER_LINES) / (isWide ? 1 : 2));
  const chartHeight = Math.min(MOST_CHART_HEIGHT, Math.max(LEAST_CHART_HEIGHT, space));
  const chartWidth = isWide ? Math.floor((width - 2) / 2) : width;
  const cpu = cpuChart(task, chartWidth, chartHeight);
  const memory = memoryChart(task, chartWidth, chartHeight);
  const charts = isWide ? beside(cpu, memory, chartWidth) : [...cpu, ...memory];
  const above = [...facts(task, width, nowMs), EMPTY_LINE, ...charts, line('EVENTS', 'title')];
  const own = events.filter(({ taskId }) => taskId === task.status.id);
  const left = Math.max(0, height - above.length);
  const shown = left === 0 ? [] : own.slice(-left);
  return [...above, ...shown.map((event) => eventLine(event, width))].slice(0, height);
}

function facts({ status, label, usage }: TopTask, width: number, nowMs: number): readonly Line[] {
  const { id, phase, image, pid, podId, startedAtMs, completedAtMs, exitResult, network } = status;
  const ms = startedAtMs === undefined ? undefined : (completedAtMs ?? nowMs) - startedAtMs;
  const { io, network: net, pidCount } = usage ?? {};
  const first: readonly Segment[] = [
    segment(fit(label, Math.min(40, widthOf(label))), 'title'),
    segment('  '),
    segment(printable(phase), PHASE_TONES[phase] ?? 'accent'),
    segment(`  up ${shortDuration(ms)}${exitResult === undefined ? '' : `  exit ${exitText(exitResult)}`}`),
  ];
  const cells = [
    `pids ${pidCount?.current ?? '-'}`,
    `net rx/tx ${rates(net?.receivedBytesPerSecond, net?.sentBytesPerSecond)}`,
    `io r/w ${rates(io?.readBytesPerSecond, io?.writeBytesPerSecond)}`,
    `throttled ${usage?.cpu.throttledPeriods ?? '-'}/${usage?.cpu.periods ?? '-'}`,
    `oom ${usage?.memory.oomKills ?? '-'}`,
  ];
  const where = [`pid ${pid ?? '-'}`, `pod ${podId ?? '-'}`, ...(network ? [`ip ${network.ip}`] : [])];
  const text = (parts: readonly string[]): Line => line(fit(printable(parts.join('  ')), width), 'plain');
  return [{ segments: first }, text([`id ${id}`, `image ${image}`]), text(where), text(cells)];
}

function cpuChart({ usage, cpu }: TopTask, width: number, height: number): readonly Line[] {
  const max = Math.max(0.1, largest(cpu));
  const title = `CPU ${cores(coresOf(usage))} cores, most ${cores(largest(cpu))}`;
  return chartLines(title, cpu, { width, height, max, scale: max.toFixed(2) });
}

function memoryChart(task: TopTask, width: number, height: number): readonly Line[] {
  const limit = limitOf(task);
  const most = largest(task.memory);
  // A limit far above the usage would leave a flat line.
  const max = limit !== undefined && most > limit / 10 ? Math.max(limit, most) : most;
  const of = limit === undefined ? 'no limit' : `limit ${shortBytes(limit)}`;
  const title = `MEMORY ${shortBytes(memoryOf(task.usage))}, ${of}, most ${shortBytes(most)}`;
  return chartLines(title, task.memory, { width, height, max, scale: shortBytes(max) });
}

function chartLines(
  title: string,
  values: Series,
  look: { readonly width: number; readonly height: number; readonly max: number; readonly scale: string },
): readonly Line[] {
  const { width, height, max, scale } = look;
  const rows = chart(values, { width: width - SCALE_WIDTH, height, max });
  const labels = (row: number): string => (row === 0 ? scale : row === height - 1 ? '0' : '');
  return [
    line(fit(title, width), 'title'),
    ...rows.map((row, index): Line => ({
      segments: [segment(`${fit(labels(index), SCALE_WIDTH - 1, 'right')}│`, 'dim'), segment(row, 'accent')],
    })),
  ];
}

function beside(left: readonly Line[], right: readonly Line[], width: number): readonly Line[] {
  return left.map((one, index) => {
    const length = one.segments.reduce((sum, { text }) => sum + widthOf(text), 0);
    const gap = segment(' '.repeat(Math.max(0, width - length) + 2));
    return { segments: [...one.segments, gap, ...(right[index]?.segments ?? [])] };
  });
}

function eventLine({ timeMs, kind, message }: TopData['events'][number], width: number): Line {
  const time = `${clock(timeMs)}  ${printable(kind).padEnd(14)}  `;
  const tone = kind === 'failed' || kind === 'killed' ? 'bad' : 'plain';
  return { segments: [segment(time, 'dim'), segment(fit(printable(message), width - time.length), tone)] };
}
