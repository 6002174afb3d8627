import type { Driver, DriverOptions } from '../../driver-interface.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { DemoImages } from './demo-images.ts';
import type { Journal } from './demo-journal.ts';
import type { Tell } from './demo-records.ts';

/** What the parts of a running demo share. */
export interface DemoStage {
  readonly driver: Driver;
  readonly driverOptions: DriverOptions;
  readonly images: DemoImages;
  readonly journal: Journal;
  readonly tell: Tell;
  /** What went wrong that should not have. */
  readonly failures: string[];
  /** Aborts when the show is over: the time is up, or somebody wants to leave. */
  readonly over: AbortSignal;
}

/** Notes down a failure, unless it only came of the end of the show. */
export function noteFailure({ failures, over }: DemoStage, what: string, error: unknown): void {
  if (over.aborted) return;
  failures.push(`${what}: ${reasonOf(error)}`);
}
