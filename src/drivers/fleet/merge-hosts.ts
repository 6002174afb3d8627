import {
  auditTime,
  connect,
  defer,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';

import { boundedBuffer, type BoundedBuffer } from '../../streams/operators/bounded-buffer.ts';
import type { FleetContext, FleetLink } from './fleet-link.ts';
import { hostStream, type HostRequest } from './host-stream.ts';

/** Values of several hosts that come within this time are merged into one. */
export const MERGE_MS = 20;
/** Arrays of one host that wait for a tick: two machines do not keep the same time. */
const WAITING_ARRAYS = 2;

/** A stream of each host, as long as it is in the fleet. */
export function ofEachHost<T>(
  { links$ }: FleetContext,
  open: (link: FleetLink) => Observable<T>,
): Observable<T> {
  return defer(() => {
    let known: ReadonlySet<FleetLink> = new Set();
    return links$.pipe(
      mergeMap((links) => {
        const added = links.filter((link) => !known.has(link));
        known = new Set(links);
        return added;
      }),
      mergeMap((link) => open(link).pipe(takeUntil(link.left$))),
    );
  });
}

/** The values of all hosts as they come. Nothing is kept. */
export function valuesOfHosts<S, T>(context: FleetContext, request: HostRequest<S, T>): Observable<T> {
  return ofEachHost(context, (link) => hostStream(context, link, request));
}

/**
 * The latest value of each host that has sent one, in the order of the hosts: after every change, or at most once an
 * interval. The map of a fleet without hosts is empty.
 */
export function latestOfHosts<S, T>(
  context: FleetContext,
  request: HostRequest<S, T>,
  intervalMs?: number,
): Observable<ReadonlyMap<string, T>> {
  const { scheduler } = context;
  return defer(() => {
    const latest = new Map<FleetLink, T>();
    let isNew = false;
    const values$ = ofEachHost(context, (link) =>
      hostStream(context, link, request).pipe(
        tap((value) => {
          latest.set(link, value);
          isNew = true;
        }),
      ),
    );
    const gone$ = context.links$.pipe(
      filter((links) => {
        const gone = [...latest.keys()].filter((link) => !links.includes(link));
        for (const link of gone) latest.delete(link);
        const isGone = gone.length > 0 || links.length === 0;
        isNew ||= isGone;
        return isGone;
      }),
    );
    const changes$ = merge(gone$, values$);
    return changes$.pipe(
      intervalMs === undefined ? auditTime(MERGE_MS, scheduler) : ticks(intervalMs, scheduler),
      filter(() => isNew),
      map(() => {
        isNew = false;
        const known = context.links.filter((link) => latest.has(link));
        return new Map(known.map((link) => [link.host, latest.get(link) as T]));
      }),
    );
  });
}

/**
 * What all hosts have measured, as one frozen array an interval. A host that has sent nothing is missing from it, and
 * where none has, the array too.
 */
export function arraysOfHosts<S, T>(
  context: FleetContext,
  request: HostRequest<S, readonly T[]>,
  intervalMs: number,
): Observable<readonly T[]> {
  const { scheduler } = context;
  return defer(() => {
    const waitingOf = new WeakMap<FleetLink, BoundedBuffer<readonly T[]>>();
    const arrivals$ = ofEachHost(context, (link) => {
      const waiting = boundedBuffer<readonly T[]>(WAITING_ARRAYS);
      waitingOf.set(link, waiting);
      return hostStream(context, link, request).pipe(tap((array) => waiting.push(array)));
    });
    return arrivals$.pipe(
      ticks(intervalMs, scheduler),
      map(() => context.links.flatMap((link) => present(waitingOf.get(link)?.shift()))),
      filter((arrays) => arrays.length > 0),
      map((arrays) => Object.freeze(arrays.flat())),
    );
  });
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** Shortly after the first value, and then every interval until the source ends. */
function ticks(intervalMs: number, scheduler: SchedulerLike): OperatorFunction<unknown, unknown> {
  return connect((values$) =>
    values$.pipe(
      take(1),
      switchMap(() => timer(MERGE_MS, intervalMs, scheduler)),
      takeUntil(values$.pipe(ignoreElements(), endWith(undefined))),
    ),
  );
}
