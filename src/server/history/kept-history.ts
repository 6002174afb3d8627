import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { ReplaySubject, type Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { recordDriver } from '../../drivers/recorded/record-driver.ts';
import { openRecording } from '../../drivers/recorded/recording-reader.ts';
import { samplesOf } from '../../drivers/recorded/stats-rows.ts';
import { groupMask } from '../../model/field-groups.ts';
import { isRktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import type { Alert } from '../alerts/alert.ts';
import { RECORDED_GROUPS, type History } from './history.ts';
import { createHistorySeed, type HistorySeed } from './history-seed.ts';
import { COARSE, FINE } from './two-rings.ts';

/** The files of a history: at most 64 MiB, and for the day that it shows. */
const ROTATION = { maxBytes: 16 * 1024 * 1024, maxAgeMs: 6 * 3_600_000, keep: 4 } as const;
/** So much of the history is lost when the agent is killed. */
const FLUSH_MS = 10_000;
const EARLY_ALERTS = 1_000;

/** A history on disk: what earlier agents recorded, and what this one does. */
export interface KeptHistory {
  /** Writes what is buffered, and ends. */
  close(): Promise<void>;
}

export interface KeptHistoryDeps {
  readonly history: History;
  /** Recorded too, so that a replay shows them. */
  readonly alerts$: Observable<Alert>;
  readonly logger: Logger;
}

/**
 * Adds the recorded history to one that has just begun, and records on. A history that cannot be read or written is
 * logged, and is then kept in memory alone.
 */
export function keepHistory(
  driver: Driver,
  file: string,
  { history, alerts$, logger }: KeptHistoryDeps,
): KeptHistory {
  const closed = new AbortController();
  // Those of the tasks that are recovered come before the file is open.
  const alertsSubject = new ReplaySubject<Alert>(EARLY_ALERTS);
  alerts$.subscribe(alertsSubject);
  const opened = (async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const seed = await readSeed(file, closed.signal);
    if (seed !== undefined) history.seed(seed);
    if (closed.signal.aborted) return undefined;
    return recordDriver(driver, file, {
      ...ROTATION,
      ...{
        intervalMs: FINE.stepMs,
        hostIntervalMs: FINE.stepMs,
        groups: RECORDED_GROUPS,
        flushMs: FLUSH_MS,
        alerts$: alertsSubject,
        logger,
      },
    });
  })().catch((error: unknown) => {
    logger.error({ err: error }, 'the history is kept in memory alone');
    return undefined;
  });
  return {
    async close() {
      closed.abort();
      await (await opened)?.close();
    },
  };
}

/** The last day of a recording; undefined when there is none. Other work goes on between the blocks. */
async function readSeed(file: string, closed: AbortSignal): Promise<HistorySeed | undefined> {
  const reader = openIfThere(file);
  if (reader === undefined) return undefined;
  const seed = createHistorySeed();
  const groups = groupMask(RECORDED_GROUPS);
  try {
    const fromMs = reader.summary.toMs - COARSE.stepMs * COARSE.rows;
    for (const { documents, ticks } of reader.blocksFrom(fromMs, true)) {
      documents.forEach(seed.document);
      for (const tick of ticks) samplesOf(tick, groups).forEach(seed.sample);
      await nextTurn();
      if (closed.aborted) return undefined;
    }
    return seed;
  } finally {
    reader.close();
  }
}

function openIfThere(file: string): ReturnType<typeof openRecording> | undefined {
  try {
    return openRecording(file);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RECORDING')) return undefined;
    throw error;
  }
}
