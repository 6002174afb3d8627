import { open } from 'node:fs/promises';

import { EMPTY, concatMap, from, merge, mergeMap, of, type Observable, type Subscription } from 'rxjs';

import type { TaskRecord } from '../registry/task-record.ts';
import { openFilesLimit } from '../sources/cgroup/readers/descriptor-budget.ts';
import type { OpsContext } from './ops-context.ts';

/** The part of the open file limit that may be used; the reserve beside the kernel files is larger. */
const PART_OF_LIMIT = 1 / 16;
const MOST = 512;

export interface Held {
  close(): Promise<void>;
}

export interface HoldNamespacesDeps {
  /** The maximum number of tasks. */
  readonly limit?: number;
  /** Replaced by tests. */
  readonly open?: (path: string) => Promise<Held>;
}

/**
 * Holds the mount namespace of each running task open until its exit is published.
 *
 * The last process of a namespace unmounts everything before its parent is notified of its exit: about 2 ms, and
 * simultaneous exits wait for each other, because the kernel changes mounts one at a time. With an open descriptor
 * this happens later, one after the other, when the descriptors are closed. Without one only time is lost.
 */
export function holdNamespaces(ctx: OpsContext, deps: HoldNamespacesDeps = {}): Subscription {
  const { registry } = ctx;
  const limit = deps.limit ?? Math.min(MOST, Math.floor(openFilesLimit() * PART_OF_LIMIT));
  const openPath = deps.open ?? ((path: string) => open(path));
  const held = new Map<string, Promise<Held | undefined>>();
  const close = async (token: string): Promise<void> => {
    const opened = held.get(token);
    held.delete(token);
    await (await opened)?.close().catch(() => undefined);
  };
  const hold = ({ startToken, process }: TaskRecord): void => {
    if (process === undefined || held.has(startToken) || held.size >= limit) return;
    held.set(
      startToken,
      openPath(`/proc/${process.pid}/ns/mnt`).catch(() => undefined),
    );
  };
  const ended = (record: TaskRecord, isRemoved: boolean): Observable<string> => {
    if (isRemoved || !isRunning(record)) return held.has(record.startToken) ? of(record.startToken) : EMPTY;
    hold(record);
    return EMPTY;
  };
  const holding = merge(
    from(registry.list()).pipe(mergeMap((record) => ended(record, false))),
    registry.changes$.pipe(mergeMap(({ kind, record }) => ended(record, kind === 'removed'))),
  )
    .pipe(concatMap(close))
    .subscribe();
  holding.add(() => {
    for (const token of [...held.keys()]) void close(token);
  });
  return holding;
}

const isRunning = ({ phase }: TaskRecord): boolean => phase === 'running' || phase === 'stopping';
