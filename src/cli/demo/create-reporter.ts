import type { Output } from '../cli-output.ts';
import { createLiveReporter } from './live-reporter.ts';
import { createPlainReporter } from './plain-reporter.ts';
import type { Reporter, ReporterClock } from './reporter.ts';

/** JSON lines for programs; on a terminal a table that is updated in place, elsewhere plain lines. */
export function createReporter(output: Output, clock: ReporterClock): Reporter {
  if (output.isJson) return createJsonReporter(output);
  return output.isTty ? createLiveReporter(process.stdout, output.paint, clock) : createPlainReporter(output);
}

function createJsonReporter(output: Output): Reporter {
  const nothing = (): void => undefined;
  return {
    report: (record) => output.print(record, () => ''),
    tick: nothing,
    changed: nothing,
    end: nothing,
  };
}
