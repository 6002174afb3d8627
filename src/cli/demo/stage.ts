import type { Driver, DriverOptions } from '../../driver-interface.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { DemoImages } from './demo-images.ts';
import type { DemoPod } from './demo-pods.ts';
import type { Journal } from './demo-journal.ts';
import type { Report } from './demo-records.ts';

/** The state that the parts of a running demo share. */
export interface DemoStage {
  readonly driver: Driver;
  readonly driverOptions: DriverOptions;
  readonly images: DemoImages;
  readonly pods: readonly DemoPod[];
  readonly journal: Journal;
  readonly report: Report;
  /** Unexpected failures. */
  readonly failures: string[];
  /** Aborts when the demo ends: the time is up, or the user interrupts it. */
  readonly over: AbortSignal;
}

/** Records a failure, unless the end of the demo caused it. */
export function noteFailure({ failures, over }: DemoStage, what: string, error: unknown): void {
  if (over.aborted) return;
  failures.push(`${what}: ${reasonOf(error)}`);
}
