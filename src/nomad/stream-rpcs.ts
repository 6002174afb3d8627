import {
  NEVER,
  catchError,
  concat,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  takeUntil,
  timer,
  type Observable,
} from 'rxjs';

import { configDurationMs } from '../model/driver-config.ts';
import type { Fingerprint } from '../model/fingerprint.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { DriverHandlers } from './generated/hashicorp/nomad/plugins/drivers/proto/Driver.ts';
import type { FingerprintResponse } from './generated/hashicorp/nomad/plugins/drivers/proto/FingerprintResponse.ts';
import type { RpcContext } from './rpc-context.ts';
import { durationMs } from './times.ts';
import { toFingerprint } from './to-fingerprint.ts';
import { toTaskStats } from './to-stats.ts';
import { isForHost, toDriverTaskEvent } from './to-task-event.ts';
import { writeStream } from './write-stream.ts';

/** The agent does not start before the first fingerprint has come, or 50 s have passed. */
const FIRST_FINGERPRINT_MS = 5_000;
/** A host opens a stream that has ended again at once, so a failed one is begun anew on this side. */
const AGAIN_MS = 5_000;
const DEFAULT_INTERVAL_MS = 1_000;

/** For a state only the latest value matters; events are buffered up to a large limit. */
const STATE_LIMIT = 1;
const EVENT_LIMIT = 1_000;

type StreamRpcs = Pick<DriverHandlers, 'Fingerprint' | 'TaskEvents' | 'TaskStats'>;

/** The streaming calls of the driver. */
export function streamRpcs(ctx: RpcContext): StreamRpcs {
  const { driver, logger } = ctx;
  return {
    Fingerprint: (call) =>
      writeStream(endless(ctx, 'fingerprints', fingerprints(ctx)), call, {
        limit: STATE_LIMIT,
        what: 'fingerprints',
        logger,
      }),
    TaskEvents: (call) =>
      writeStream(
        endless(
          ctx,
          'task events',
          defer(() => driver.taskEvents()).pipe(
            filter((event) => isForHost(event)),
            map(toDriverTaskEvent),
          ),
        ),
        call,
        { limit: EVENT_LIMIT, what: 'task events', logger },
      ),
    TaskStats: (call) => {
      const { task_id: taskId, collection_interval } = call.request;
      const intervalMs = Math.max(
        durationMs(collection_interval) ?? DEFAULT_INTERVAL_MS,
        configDurationMs(driver.config().driver.stats_interval),
      );
      const stats$ = driver.taskStats(taskId, { intervalMs });
      writeStream(stats$.pipe(map((usage) => ({ stats: toTaskStats(taskId, usage) }))), call, {
        limit: STATE_LIMIT,
        what: 'stats of a task',
        logger,
      });
    },
  };
}

/** Ends only with the plugin. */
function endless<T>(
  { logger, scheduler, closed$ }: RpcContext,
  what: string,
  source$: Observable<T>,
): Observable<T> {
  return concat(source$, NEVER).pipe(
    catchError((error: unknown, again$: Observable<T>) => {
      logger.error({ error: reasonOf(error) }, `The ${what} broke off; they begin anew in ${AGAIN_MS} ms`);
      return concat(timer(AGAIN_MS, scheduler).pipe(ignoreElements()), again$);
    }),
    takeUntil(closed$),
  );
}

/** A placeholder comes first when probing rkt takes long. */
function fingerprints({ driver, scheduler }: RpcContext): Observable<FingerprintResponse> {
  return defer(() => {
    const known = new Set<string>();
    const fingerprint$ = driver.fingerprint();
    const standIn: Pick<Fingerprint, 'health' | 'description' | 'attributes'> = {
      health: 'undetected',
      description: 'still looking for rkt',
      attributes: {},
    };
    const late$ = timer(FIRST_FINGERPRINT_MS, scheduler).pipe(
      map(() => standIn),
      takeUntil(fingerprint$),
    );
    return merge(fingerprint$, late$).pipe(
      map((fingerprint) => {
        const response = toFingerprint(fingerprint, known);
        for (const name of Object.keys(fingerprint.attributes)) known.add(name);
        return response;
      }),
    );
  });
}
