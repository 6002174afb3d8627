import { Observable, defer, map, retry, tap, timer, type SchedulerLike } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { RktError } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { FleetContext, FleetLink, HostFault } from './fleet-link.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** A stream of each host, and how its values become values of the fleet. */
export interface HostRequest<S, T> {
  /** In the reason of a fault. */
  readonly name: string;
  readonly open: (driver: Driver, isRetry: boolean) => Observable<S>;
  /** Throws for a value that the driver must not emit. */
  readonly convert: (value: S, link: FleetLink) => T;
  /** The stream emits a first value without waiting for something to happen. */
  readonly owesFirst: boolean;
}

/**
 * A stream of one host that never fails. A stream that throws, fails, emits what it must not, ends or is silent is
 * a fault of the host; one that has failed is subscribed again with a growing delay. The next value ends the fault.
 */
export function hostStream<S, T>(
  { responseTimeoutMs, scheduler, logger }: FleetContext,
  link: FleetLink,
  { name, open, convert, owesFirst }: HostRequest<S, T>,
): Observable<T> {
  return defer(() => {
    const faults = faultsOf(link, name, scheduler);
    let failures = 0;
    const values$ = defer(() => open(link.driver, failures > 0)).pipe(
      map((value) => convert(value, link)),
      tap({
        next() {
          failures = 0;
          faults.clear();
        },
        complete: () => faults.report('has ended'),
        error(error: unknown) {
          faults.report(error instanceof RktError ? error.what : reasonOf(error));
          logger.warn({ err: error, host: link.host, stream: name }, 'a stream of a host failed');
        },
      }),
      retry({
        delay() {
          failures += 1;
          return timer(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), scheduler);
        },
      }),
    );
    if (!owesFirst) return values$.pipe(tap({ unsubscribe: faults.clear }));
    const beganMs = scheduler.now();
    const late = (): void => faults.reportSilence(`has sent nothing for ${responseTimeoutMs} ms`, beganMs);
    return values$.pipe(whenSilent(responseTimeoutMs, scheduler, late), tap({ unsubscribe: faults.clear }));
  });
}

interface Faults {
  readonly report: (problem: string) => void;
  /** Says less than any other fault, and replaces none. */
  readonly reportSilence: (problem: string, beganMs: number) => void;
  readonly clear: () => void;
}

/** The fault of one subscription: the time of the first report stays until a value has come. */
function faultsOf({ faults$ }: FleetLink, name: string, scheduler: SchedulerLike): Faults {
  const subscription = {};
  const update = (fault: HostFault | undefined): void => {
    const faults = new Map(faults$.value);
    if (fault === undefined) faults.delete(subscription);
    else faults.set(subscription, fault);
    faults$.next(faults);
  };
  return {
    report(problem) {
      const sinceMs = faults$.value.get(subscription)?.sinceMs ?? scheduler.now();
      update({ sinceMs, reason: `${name}: ${problem}` });
    },
    reportSilence(problem, beganMs) {
      if (!faults$.value.has(subscription)) update({ sinceMs: beganMs, reason: `${name}: ${problem}` });
    },
    clear() {
      if (faults$.value.has(subscription)) update(undefined);
    },
  };
}

/** Reports once that no first value has come in time. The subscription goes on: the value may come late. */
function whenSilent<T>(ms: number, scheduler: SchedulerLike, report: () => void) {
  return (source$: Observable<T>): Observable<T> =>
    new Observable((subscriber) => {
      const silence = timer(ms, scheduler).subscribe({
        next: report,
        error: (error: unknown) => subscriber.error(error),
      });
      subscriber.add(silence);
      subscriber.add(
        source$
          .pipe(tap({ next: () => silence.unsubscribe(), complete: () => silence.unsubscribe() }))
          .subscribe(subscriber),
      );
    });
}
