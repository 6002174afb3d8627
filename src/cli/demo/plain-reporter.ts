import { bytes, percent } from '../humanize.ts';
import type { Output } from '../cli-output.ts';
import { recordText } from './record-text.ts';
import type { Reporter } from './reporter.ts';
import type { View } from './demo-view.ts';

/** Plain lines: one per event, and one per tick with the metrics of all running pods. */
export function createPlainReporter(output: Output): Reporter {
  const line = (text: string): void => output.print({}, () => text);
  return {
    report: (record) => line(recordText(record, output.paint).join('\n')),
    tick: (view) => line(metricsText(view)),
    changed: () => undefined,
    end: () => undefined,
  };
}

function metricsText({ rows }: View): string {
  const cells = rows
    .filter(({ cpuPercent, memoryBytes }) => cpuPercent !== undefined || memoryBytes !== undefined)
    .map(({ id, cpuPercent, memoryBytes }) => `${id} ${percent(cpuPercent)} ${bytes(memoryBytes)}`);
  return cells.length === 0 ? '' : `stats  ${cells.join(' | ')}`;
}
