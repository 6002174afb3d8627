import { bytesText, coresText, durationText, percentText } from '../logic/format.ts';
import type { Spark } from '../logic/spark.ts';
import type { Store } from '../logic/store.ts';
import { h, setText } from './dom.ts';
import { sparkline, type Sparkline } from './sparkline.ts';

interface Tile {
  readonly element: HTMLElement;
  update(value: string, note: string, spark?: Spark): void;
}

/** The row of tiles at the top of the page. */
export function createOverview(parent: HTMLElement, store: Store): { update(): void } {
  const tasks = tile('Tasks');
  const cpu = tile('CPU of all tasks', sparkline('cpu', 0.1, 84, 24));
  const memory = tile('Memory of all tasks', sparkline('memory', 2 ** 20, 84, 24));
  const hostCpu = tile('CPU of the machine', sparkline('cpu', 100, 84, 24));
  const hostMemory = tile('Memory of the machine');
  parent.append(...[tasks, cpu, memory, hostCpu, hostMemory].map(({ element }) => element));
  return {
    update() {
      const totals = store.totals();
      const alerts = store.rows().reduce((sum, row) => sum + row.alerts.size, 0);
      const host = store.host();
      const word = alerts === 1 ? 'alert' : 'alerts';
      tasks.update(
        String(totals.tasks),
        `${totals.running} running · ${totals.exited} exited · ${alerts} ${word}`,
      );
      cpu.update(`${coresText(totals.cpuCores)} cores`, `${totals.running} running tasks`, store.totalCpu);
      memory.update(bytesText(totals.memoryBytes), 'working set', store.totalMemory);
      const ratio = host?.cpu.percent === undefined ? undefined : host.cpu.percent / 100;
      const load = host?.cpu.load1?.toFixed(2) ?? '–';
      hostCpu.update(percentText(ratio), `of ${host?.cpu.cores ?? '–'} cores · load ${load}`, store.hostCpu);
      const { usedBytes, totalBytes } = host?.memory ?? {};
      hostMemory.update(
        bytesText(usedBytes),
        `of ${bytesText(totalBytes)} · up ${durationText(host?.uptimeMs)}`,
      );
    },
  };
}

function tile(title: string, line?: Sparkline): Tile {
  const value = h('div', { class: 'value' });
  const note = h('div', { class: 'note' });
  const element = h('div', { class: 'tile' }, h('h2', {}, title), value);
  if (line !== undefined) element.append(line.element);
  element.append(note);
  return {
    element,
    update(valueText, noteText, spark) {
      setText(value, valueText);
      setText(note, noteText);
      if (spark !== undefined) line?.update(spark);
    },
  };
}
