import { defer, filter, finalize, type Observable, type SchedulerLike } from 'rxjs';

import { isRktError } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';
import type { Pod, PodState } from '../model/pod.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import type { CallOptions } from '../rkt/command-options.ts';
import { listPods } from '../rkt/rkt-list.ts';
import { podStatus } from '../rkt/rkt-status.ts';
import type { PodDirectories } from '../rkt/disk/pod-directories.ts';
import { poll } from './operators/poll.ts';
import { shareLatest } from './operators/share-latest.ts';
import { takeUntilAbort } from './operators/take-until-abort.ts';

export interface PodsDeps {
  readonly runner: () => Promise<RktRunner>;
  readonly directories: PodDirectories;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  /** Ends the stream, and the rkt command in progress. */
  readonly shutdown?: AbortSignal;
}

/** The polling interval: reading the directories of 200 pods takes about a millisecond. */
const LOOK_MS = 1_000;
/** The interval of `rkt list`, which doubles while it finds nothing new. */
const FIRST_LIST_MS = 2_000;
const LAST_LIST_MS = 60_000;
/** More simultaneous changes than this are confirmed by one `rkt list`. */
const MAX_STATUS_CALLS = 3;
/** `rkt status --format=json` and `rkt list` leave these out. */
const UNLISTED: readonly PodState[] = ['preparing', 'aborted prepare', 'embryo', 'garbage', 'deleting'];

/**
 * All pods in rkt's data directory, including those of others: immediately, then after every change.
 *
 * A change is detected in rkt's directories without starting a process and confirmed by `rkt status`; `rkt list`
 * checks everything every 2 s at first, then less and less often, down to once a minute, while there are pods. If the directories
 * cannot be read, it is the only source. A failure is logged when it starts, and the next poll retries.
 *
 * Shared; the latest value is replayed; stops 1 s after the last subscriber unsubscribed.
 *
 * @completes at shutdown, or immediately after it
 */
export function pods(deps: PodsDeps): Observable<readonly Pod[]> {
  const { scheduler, logger, shutdown } = deps;
  return defer(() => {
    const left = new AbortController();
    const look = createPodView(deps, left.signal);
    let isFailing = false;
    return poll(
      async () => {
        const seen = await look();
        isFailing = false;
        return seen;
      },
      {
        intervalMs: LOOK_MS,
        scheduler,
        onError: (error) => {
          if (!isFailing) logger.warn({ err: error }, 'the pods of rkt could not be listed');
          isFailing = true;
        },
      },
    ).pipe(
      takeUntilAbort(shutdown),
      finalize(() => left.abort()),
    );
  }).pipe(
    filter((seen) => seen !== undefined),
    shareLatest({ scheduler }),
  );
}

/** Each call reads again; undefined when nothing has changed. */
export function createPodView(
  deps: PodsDeps,
  signal?: AbortSignal,
): () => Promise<readonly Pod[] | undefined> {
  const { scheduler, directories } = deps;
  const call = signal === undefined ? {} : { signal };
  let known: ReadonlyMap<string, Pod> | undefined;
  let listMs = FIRST_LIST_MS;
  let nextListAtMs = 0;

  const list = async (runner: RktRunner): Promise<ReadonlyMap<string, Pod>> => {
    const fresh = new Map((await listPods(runner, call)).map((pod) => [pod.name, pod]));
    listMs =
      known === undefined || !isSame(known, fresh) ? FIRST_LIST_MS : Math.min(listMs * 2, LAST_LIST_MS);
    nextListAtMs = scheduler.now() + listMs;
    return fresh;
  };
  const next = async (before: ReadonlyMap<string, Pod> | undefined): Promise<ReadonlyMap<string, Pod>> => {
    const states = await directories.read();
    // Without a pod there is nothing to ask for.
    if (states?.size === 0) return new Map();
    if (before === undefined) return list(await deps.runner());
    const changed = states === undefined ? [] : changedPods(before, states);
    if (scheduler.now() >= nextListAtMs || changed.length > MAX_STATUS_CALLS)
      return list(await deps.runner());
    if (states === undefined || changed.length === 0) return before;
    nextListAtMs = Math.min(nextListAtMs, scheduler.now() + FIRST_LIST_MS);
    return withChanges(before, changed, await deps.runner(), call);
  };
  return async () => {
    const before = known;
    known = await next(before);
    return before !== undefined && isSame(before, known) ? undefined : inOrder(known);
  };
}

/** The pods whose state differs from the last emitted one, and those that appeared or disappeared. */
function changedPods(
  known: ReadonlyMap<string, Pod>,
  states: ReadonlyMap<string, PodState>,
): readonly string[] {
  const listed = [...states].filter(([, state]) => !UNLISTED.includes(state));
  const changed = listed.filter(([uuid, state]) => known.get(uuid)?.state !== state).map(([uuid]) => uuid);
  const gone = [...known.keys()].filter((uuid) => !states.has(uuid));
  return [...changed, ...gone];
}

async function withChanges(
  known: ReadonlyMap<string, Pod>,
  changed: readonly string[],
  runner: RktRunner,
  call: CallOptions,
): Promise<ReadonlyMap<string, Pod>> {
  const fresh = new Map(known);
  for (const uuid of changed) {
    const pod = await statusIfThere(runner, uuid, call);
    if (pod === undefined) fresh.delete(uuid);
    else fresh.set(uuid, pod);
  }
  return fresh;
}

async function statusIfThere(runner: RktRunner, uuid: string, call: CallOptions): Promise<Pod | undefined> {
  try {
    return await podStatus(runner, uuid, call);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_POD_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** As rkt lists them. */
function inOrder(known: ReadonlyMap<string, Pod>): readonly Pod[] {
  return Object.freeze([...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function isSame(a: ReadonlyMap<string, Pod>, b: ReadonlyMap<string, Pod>): boolean {
  return (
    a.size === b.size && [...a].every(([uuid, pod]) => JSON.stringify(b.get(uuid)) === JSON.stringify(pod))
  );
}
