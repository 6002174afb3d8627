import { coreShareText } from '../../../model/core-share-text.ts';
import { bytesText, durationText, percentText } from '../logic/format.ts';
import { niceBytesTop, niceTop, type Spark } from '../logic/spark.ts';
import type { Store } from '../logic/store.ts';
import { h, setText } from './dom.ts';
import { createTaskCounts, type CountLinks } from './task-counts.ts';
import { sparkline, type Sparkline } from './sparkline.ts';

interface Tile {
  readonly element: HTMLElement;
  update(value: string, note: string, line?: TileLine): void;
}

interface TileLine {
  readonly spark: Spark;
  readonly nowMs: number;
  readonly top: number;
}

/** The row of tiles at the top of the page. */
export function createOverview(parent: HTMLElement, store: Store, links: CountLinks): { update(): void } {
  const counts = createTaskCounts(store, links);
  const cpu = tile('CPU of all tasks', sparkline('cpu'));
  const memory = tile('Memory of all tasks', sparkline('memory'));
  const hostCpu = tile('CPU of the machine', sparkline('cpu'));
  const hostMemory = tile('Memory of the machine', sparkline('memory'));
  parent.append(counts.element, ...[cpu, memory, hostCpu, hostMemory].map(({ element }) => element));
  return {
    update() {
      counts.update();
      const { cpuCores, memoryBytes } = store.totals();
      const nowMs = store.timeMs();
      const host = store.host();
      const line = (spark: Spark, top: number): TileLine => ({ spark, nowMs, top });
      const cores = host?.cpu.cores;
      cpu.update(
        coreShareText(cpuCores),
        cores === undefined ? 'of one core' : `of one core; all ${cores}: ${cores * 100}%`,
        line(store.lines.totalCpu, niceTop(store.lines.totalCpu.peak(nowMs), 0.1)),
      );
      memory.update(
        bytesText(memoryBytes),
        'working set',
        line(store.lines.totalMemory, niceBytesTop(store.lines.totalMemory.peak(nowMs), 2 ** 20)),
      );
      const ratio = host?.cpu.percent === undefined ? undefined : host.cpu.percent / 100;
      hostCpu.update(
        percentText(ratio),
        `of ${cores ?? '–'} cores · load ${host?.cpu.load1?.toFixed(2) ?? '–'}`,
        line(store.lines.hostCpu, 1),
      );
      const { usedBytes, totalBytes } = host?.memory ?? {};
      hostMemory.update(
        bytesText(usedBytes),
        `of ${bytesText(totalBytes)} · up ${durationText(host?.uptimeMs)}`,
        line(store.lines.hostMemory, totalBytes ?? niceBytesTop(store.lines.hostMemory.peak(nowMs), 2 ** 20)),
      );
    },
  };
}

function tile(title: string, line: Sparkline): Tile {
  const value = h('div', { class: 'value' });
  const note = h('div', { class: 'note' });
  const element = h('div', { class: 'tile' }, h('h2', {}, title), value, line.element, note);
  return {
    element,
    update(valueText, noteText, drawn) {
      setText(value, valueText);
      setText(note, noteText);
      if (drawn !== undefined) line.update(drawn.spark, drawn.nowMs, drawn.top);
    },
  };
}
