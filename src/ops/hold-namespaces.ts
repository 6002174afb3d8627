import { open } from 'node:fs/promises';

import { EMPTY, concatMap, from, merge, mergeMap, of, type Observable, type Subscription } from 'rxjs';

import type { TaskRecord } from '../registry/task-record.ts';
import { openFilesLimit } from '../sources/cgroup/readers/descriptor-budget.ts';
import type { OpsContext } from './ops-context.ts';

/** What is left free of the descriptors by the kernel files that are kept open is more than this part of them. */
const PART_OF_LIMIT = 1 / 16;
const MOST = 512;

export interface Held {
  close(): Promise<void>;
}

export interface HoldNamespacesDeps {
  /** Of how many tasks at once. */
  readonly limit?: number;
  /** Tests give their own. */
  readonly open?: (path: string) => Promise<Held>;
}

/**
 * Holds the mount namespace of each running task open until its end is published.
 *
 * The last process of a namespace takes it down, mount by mount, before its parent learns of its end: some 2 ms, and tasks
 * that end together wait for each other, as the kernel changes mounts one at a time. With a descriptor on it this is done
 * later, one after the other, when the descriptors are closed. Where none can be had nothing but time is lost.
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
