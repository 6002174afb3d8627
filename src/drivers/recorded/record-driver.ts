import {
  EMPTY,
  asyncScheduler,
  filter,
  interval,
  map,
  merge,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { DEFAULT_FIELD_GROUPS, type FieldGroup } from '../../model/field-groups.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { toRktError } from '../../model/to-rkt-error.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { RecordedAlert } from './recorded-alert.ts';
import { createRecordBuffer, type RecordBuffer } from './record-buffer.ts';
import { openWriter, type RotationOptions } from './recording-writer.ts';
import { tickOf } from './stats-rows.ts';

/** The part of a driver that is recorded. */
export type RecordedSource = Pick<
  Driver,
  'taskEvents' | 'tasks' | 'allTaskStats' | 'hostStats' | 'fingerprint'
>;

export interface RecordOptions extends RotationOptions {
  /** How often tasks are sampled; 5000 by default. */
  readonly intervalMs?: number;
  /** The metrics that are recorded; by default those that Nomad shows. */
  readonly groups?: readonly FieldGroup[];
  /** How often the machine is measured; 10 000 by default. */
  readonly hostIntervalMs?: number;
  /** Only these tasks, by id. */
  readonly taskIds?: ReadonlySet<string>;
  /** Alerts of an agent, which are recorded too. */
  readonly alerts$?: Observable<RecordedAlert>;
  /** What is not written yet is lost with the process: at most so much of it. 15 000 by default. */
  readonly flushMs?: number;
  readonly scheduler?: SchedulerLike;
  readonly logger?: Logger;
}

export interface RecordingStats {
  readonly samples: number;
  readonly events: number;
  /** Blocks that could not be written, and were left out. */
  readonly lostBlocks: number;
  /** Of the current file. */
  readonly sizeBytes: number;
}

/** A recording in progress. */
export interface Recording {
  /** Resolves when the driver was shut down or {@link close} was called, and all is written. */
  readonly done: Promise<void>;
  stats(): RecordingStats;
  /** Writes what is buffered and closes the file. */
  close(): Promise<void>;
}

/**
 * Records a driver into a file: events, tasks, stats, host, fingerprint and alerts, with their times. An existing
 * recording is continued. Values of variables, args and tokens are not recorded.
 *
 * A block that cannot be written is logged, counted and left out; the recording goes on.
 *
 * @throws RKT_ERR_RECORDING when the file cannot be written, or is something else
 * @example
 * const recording = await recordDriver(driver, 'incident.rec', { intervalMs: 1_000 });
 * await recording.close();
 */
export async function recordDriver(
  driver: RecordedSource,
  file: string,
  options: RecordOptions = {},
): Promise<Recording> {
  const { scheduler = asyncScheduler, logger = silentLogger, flushMs = 15_000 } = options;
  const writer = await openWriter(file, options);
  const buffer = createRecordBuffer();
  const counts = { samples: 0, events: 0, lostBlocks: 0 };
  let writing: Promise<void> = Promise.resolve();
  let pending = 0;
  const flush = (): Promise<void> => {
    const { content, snapshot } = buffer.take();
    const write = pending < MAX_PENDING_BLOCKS ? () => writer.append(content, () => snapshot) : diskTooSlow;
    pending += 1;
    writing = writing
      .then(write)
      .catch((error: unknown) => {
        counts.lostBlocks += 1;
        logger.error({ err: error }, 'a block of the recording was not written');
      })
      .finally(() => (pending -= 1));
    return writing;
  };

  const sources$ = recordedStreams(driver, options, { buffer, counts, flush });
  return follow(sources$, { flush, flushMs, scheduler, logger, end: () => writer.close() }, () => ({
    ...counts,
    sizeBytes: writer.sizeBytes,
  }));
}

interface Into {
  readonly buffer: RecordBuffer;
  readonly counts: { samples: number; events: number };
  readonly flush: () => Promise<void>;
}

/** All streams of a driver, whose values go into the buffer. */
function recordedStreams(
  driver: RecordedSource,
  options: RecordOptions,
  { buffer, counts, flush }: Into,
): Observable<unknown> {
  const { intervalMs = 5_000, groups = DEFAULT_FIELD_GROUPS, hostIntervalMs = 10_000 } = options;
  const { scheduler = asyncScheduler, taskIds, alerts$ = EMPTY } = options;
  const isWanted = (id: string): boolean => taskIds?.has(id) ?? true;
  const nowMs = (): number => scheduler.now();
  return merge(
    driver.tasks().pipe(
      tap((tasks) =>
        buffer.tasks(
          nowMs(),
          tasks.filter(({ id }) => isWanted(id)),
        ),
      ),
    ),
    driver.taskEvents().pipe(
      filter(({ taskId }) => isWanted(taskId)),
      tap((value) => {
        counts.events += 1;
        buffer.add({ kind: 'event', timeMs: nowMs(), value });
      }),
    ),
    driver.allTaskStats({ intervalMs, groups }).pipe(
      map((samples) => samples.filter(({ taskId }) => isWanted(taskId))),
      tap((samples) => {
        counts.samples += samples.length;
        if (buffer.tick(tickOf(nowMs(), samples))) void flush();
      }),
    ),
    driver
      .hostStats({ intervalMs: hostIntervalMs })
      .pipe(tap((value) => buffer.add({ kind: 'host', timeMs: nowMs(), value }))),
    driver.fingerprint().pipe(tap((value) => buffer.add({ kind: 'fingerprint', timeMs: nowMs(), value }))),
    alerts$.pipe(
      filter(({ taskId }) => isWanted(taskId)),
      tap((value) => buffer.add({ kind: 'alert', timeMs: nowMs(), value })),
    ),
  );
}

/** Blocks that wait for a disk that does not respond: beyond these, blocks are left out. */
const MAX_PENDING_BLOCKS = 8;

function diskTooSlow(): Promise<void> {
  return Promise.reject(new RktError('RKT_ERR_RECORDING', 'The disk is slower than the recording'));
}

interface Following {
  readonly flush: () => Promise<void>;
  readonly flushMs: number;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  readonly end: () => Promise<void>;
}

/** Subscribes to all sources, and writes what is buffered at every interval and at the end. */
function follow(
  sources$: Observable<unknown>,
  { flush, flushMs, scheduler, logger, end }: Following,
  stats: () => RecordingStats,
): Recording {
  let close: () => Promise<void> = () => Promise.resolve();
  const done = new Promise<void>((resolve, reject) => {
    let closing: Promise<void> | undefined;
    const finish = (failure?: RktError): Promise<void> => {
      timer.unsubscribe();
      following.unsubscribe();
      closing ??= flush().then(end);
      closing.then(() => (failure === undefined ? resolve() : reject(failure)), reject);
      return closing;
    };
    close = () => finish();
    const timer = interval(flushMs, scheduler).subscribe({ next: () => void flush(), error: reject });
    // A driver that was shut down completes its streams at once: by the end of this turn everything is assigned.
    const following = sources$.subscribe({
      error: (error: unknown) => {
        logger.error({ err: error }, 'the recording ends: a stream of the driver failed');
        queueMicrotask(() => void finish(toRktError(error, 'recordDriver')).catch(() => undefined));
      },
      complete: () => queueMicrotask(() => void finish().catch(() => undefined)),
    });
  });
  // Only those who wait for it want to know.
  done.catch(() => undefined);
  return { done, stats, close: () => close() };
}
