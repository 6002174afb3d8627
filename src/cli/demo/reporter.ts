import type { Tell } from './demo-records.ts';
import type { View } from './demo-view.ts';

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
