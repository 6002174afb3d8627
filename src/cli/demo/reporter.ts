import type { Report } from './demo-records.ts';
import type { View } from './demo-view.ts';

/** Presents a demo to its user. */
export interface Reporter {
  readonly report: Report;
  /** New metrics of all pods. */
  readonly tick: (view: View) => void;
  /** The phase of a pod has changed. */
  readonly changed: (view: View) => void;
  /** The demo has ended; the table stays as it is. */
  readonly end: () => void;
}

/** The timing of a demo. */
export interface ReporterClock {
  readonly nowMs: () => number;
  /** Undefined: until it is interrupted. */
  readonly lengthMs: number | undefined;
}
