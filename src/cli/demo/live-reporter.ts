import type { Writable } from 'node:stream';

import { bytes, duration, percent } from '../humanize.ts';
import type { Paint } from '../cli-output.ts';
import { table, type Column } from '../text-table.ts';
import { fit } from './fit.ts';
import { recordText } from './record-text.ts';
import type { Reporter, ReporterClock } from './reporter.ts';
import type { PodRow, View } from './demo-view.ts';

/** The terminal to draw on. */
export type Screen = Writable & { readonly columns?: number; readonly rows?: number };

const FALLBACK = { columns: 80, rows: 24 };

/** Events scroll by above a table of metrics that is redrawn in place. */
export function createLiveReporter(screen: Screen, paint: Paint, clock: ReporterClock): Reporter {
  const startedMs = clock.nowMs();
  let drawn = 0;
  let view: View | undefined;
  let isLive = true;
  const size = (): { columns: number; rows: number } => ({
    columns: screen.columns || FALLBACK.columns,
    rows: screen.rows || FALLBACK.rows,
  });
  const block = (): readonly string[] => {
    if (view === undefined) return [];
    const elapsedMs = clock.nowMs() - startedMs;
    return ['', ...rowsText(view.rows, paint).split('\n'), footText(view, elapsedMs, clock, paint)];
  };
  /** A single write, so that a terminal never shows half of it. */
  const draw = (above: readonly string[]): void => {
    const { columns, rows } = size();
    const below = block().slice(0, rows - 1);
    const back = drawn === 0 ? '' : `\x1b[${drawn}A\r\x1b[J`;
    const cut = (line: string): string => (isLive ? fit(line, columns) : line);
    screen.write(back + [...above, ...below].map((line) => `${cut(line)}\n`).join(''));
    drawn = below.length;
  };
  const show = (next: View): void => {
    view = next;
    draw([]);
  };
  return {
    report: (record) => {
      const lines = recordText(record, paint);
      if (lines.length > 0) draw(lines);
    },
    tick: show,
    changed: show,
    end: () => {
      view = undefined;
      drawn = 0;
      isLive = false;
    },
  };
}

function rowsText(rows: readonly PodRow[], paint: Paint): string {
  const columns: readonly Column<PodRow>[] = [
    { title: 'POD', value: ({ id }) => id },
    { title: 'PHASE', value: ({ phase }) => phase.padEnd('preparing'.length), colour: phaseColour(paint) },
    { title: 'CPU', value: ({ cpuPercent }) => percent(cpuPercent).padStart(6), align: 'right' },
    { title: 'MEMORY', value: ({ memoryBytes }) => bytes(memoryBytes).padStart(8), align: 'right' },
    { title: 'STARTS', value: ({ starts }) => String(starts), align: 'right' },
    { title: 'LAST EXIT', value: ({ exit }) => exit },
    { title: 'DESCRIPTION', value: ({ does }) => does },
  ];
  return table(rows, columns, paint);
}

function phaseColour(paint: Paint): (cell: string, row: PodRow) => string {
  return (cell, { phase }) => {
    if (phase === 'running') return paint('green', cell);
    return phase === 'failed' ? paint('red', cell) : paint('yellow', cell);
  };
}

function footText({ host }: View, elapsedMs: number, { lengthMs }: ReporterClock, paint: Paint): string {
  const passed = duration(Math.round(elapsedMs / 1_000) * 1_000);
  const isOver = lengthMs !== undefined && elapsedMs > lengthMs;
  const time = lengthMs === undefined || isOver ? passed : `${passed} of ${duration(lengthMs)}`;
  const machine =
    host === undefined
      ? []
      : [
          `machine ${percent(host.cpu.percent)} of ${host.cpu.cores} cores`,
          `${bytes(host.memory.usedBytes)} of ${bytes(host.memory.totalBytes)}`,
        ];
  return paint('dim', [time, ...machine, isOver ? 'ending' : 'Ctrl-C ends'].join(' · '));
}
