import type { Output } from '../output.ts';
import { createLiveReporter } from './live-reporter.ts';
import { createPlainReporter } from './plain-reporter.ts';
import type { Tell } from './records.ts';
import type { View } from './view.ts';

/** How a demo reaches whoever watches it. */
export interface Reporter {
  readonly tell: Tell;
  /** New figures of all pods. */
  readonly tick: (view: View) => void;
  /** A pod is in another phase. */
  readonly changed: (view: View) => void;
  /** The show is over; the table stays as it is. */
  readonly end: () => void;
}

/** What a reporter knows of time. */
export interface ReporterClock {
  readonly nowMs: () => number;
  /** Undefined: until somebody ends it. */
  readonly lengthMs: number | undefined;
}

/** JSON lines for programs, a table that stays in place on a terminal, lines below each other elsewhere. */
export function createReporter(output: Output, clock: ReporterClock): Reporter {
  if (output.isJson) return createJsonReporter(output);
  return output.isTty ? createLiveReporter(process.stdout, output.paint, clock) : createPlainReporter(output);
}

function createJsonReporter(output: Output): Reporter {
  const nothing = (): void => undefined;
  return { tell: (record) => output.print(record, () => ''), tick: nothing, changed: nothing, end: nothing };
}
