import {
  auditTime,
  connect,
  defer,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';

import { boundedBuffer } from '../../streams/operators/bounded-buffer.ts';
import type { FleetContext } from './fleet-link.ts';
import { hostStream, type HostRequest } from './host-stream.ts';

/** Values of several hosts that come within this time are merged into one. */
export const MERGE_MS = 20;
/** Arrays of one host that wait for a tick: two machines do not keep the same time. */
const WAITING_ARRAYS = 2;

/** The values of all hosts as they come. Nothing is kept. */
export function valuesOfHosts<S, T>(context: FleetContext, request: HostRequest<S, T>): Observable<T> {
  return merge(...context.links.map((link) => hostStream(context, link, request)));
}

/**
 * The latest value of each host that has sent one, in the order of the hosts: after every change, or at most once an
 * interval.
 */
export function latestOfHosts<S, T>(
  context: FleetContext,
  request: HostRequest<S, T>,
  intervalMs?: number,
): Observable<ReadonlyMap<string, T>> {
  const { links, scheduler } = context;
  return defer(() => {
    const latest = new Map<string, T>();
    let isNew = false;
    const keep = (host: string) => (value: T) => {
      latest.set(host, value);
      isNew = true;
    };
    const changes$ = merge(
      ...links.map((link) => hostStream(context, link, request).pipe(tap(keep(link.host)))),
    );
    return changes$.pipe(
      intervalMs === undefined ? auditTime(MERGE_MS, scheduler) : ticks(intervalMs, scheduler),
      filter(() => isNew),
      map(() => {
        isNew = false;
        const known = links.filter(({ host }) => latest.has(host));
        return new Map(known.map(({ host }) => [host, latest.get(host) as T]));
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
  const { links, scheduler } = context;
  return defer(() => {
    const hosts = links.map((link) => ({ link, waiting: boundedBuffer<readonly T[]>(WAITING_ARRAYS) }));
    const arrivals$ = merge(
      ...hosts.map(({ link, waiting }) =>
        hostStream(context, link, request).pipe(tap((array) => waiting.push(array))),
      ),
    );
    return arrivals$.pipe(
      ticks(intervalMs, scheduler),
      map(() => hosts.flatMap(({ waiting }) => (waiting.size === 0 ? [] : [waiting.shift() ?? []]))),
      filter((arrays) => arrays.length > 0),
      map((arrays) => Object.freeze(arrays.flat())),
    );
  });
}

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
