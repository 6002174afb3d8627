import { lstat } from 'node:fs/promises';

import { finalize, from, mergeMap, type Subscription } from 'rxjs';

import type { TaskRecord } from '../registry/task-record.ts';
import { poll } from '../streams/operators/poll.ts';
import type { OpsContext } from './ops-context.ts';
import { cutLog, type Cut } from './cut-log.ts';
import { cutOffset, logLimitsOf, type LogLimits } from './task-log-limits.ts';
import { taskFiles } from './task-files.ts';

/** The interval for a growing log; it doubles each time a log has not grown, up to the last value. */
const FIRST_MS = 5_000;
const LAST_MS = 60_000;
const AT_ONCE = 4;

/** A log that the driver keeps itself. */
interface KeptLog {
  readonly path: string;
  readonly limits: LogLimits;
  sizeBytes: number;
  beginsAt: number;
  everyMs: number;
  dueMs: number;
}

export interface LimitLogsDeps {
  readonly everyMs?: number;
  /** Truncates one log; replaced by tests. */
  readonly cut?: (path: string, offset: number) => Promise<Cut>;
}

/**
 * Limits the logs of all tasks: one timer, one `stat` of each log that is due, and no process except the `fallocate`
 * of a truncation. Files and pipes that were given for the output belong to the caller and are never changed.
 *
 * Truncating twice does no harm, so the drivers of one data directory need not coordinate.
 */
export function limitLogs(ctx: OpsContext, deps: LimitLogsDeps = {}): Subscription {
  const { scheduler, logger, registry } = ctx;
  const { everyMs = FIRST_MS } = deps;
  const cut = deps.cut ?? (async (path: string, offset: number) => cutLog(await ctx.runner(), path, offset));
  const kept = new Map<string, readonly KeptLog[]>();
  const warned = new Set<string>();
  const warn = (log: KeptLog, words: string, more: object = {}): void => {
    if (!warned.has(log.path)) logger.warn({ path: log.path, ...more }, words);
    warned.add(log.path);
  };

  const check = async (log: KeptLog): Promise<void> => {
    const { size, blocks } = await lstat(log.path);
    const hasGrown = size !== log.sizeBytes;
    // An unknown start of the data is derived from the used space of the file.
    log.beginsAt = Math.max(log.beginsAt, size - blocks * 512, 0);
    log.sizeBytes = size;
    log.everyMs = hasGrown ? everyMs : Math.min(2 * log.everyMs, (LAST_MS / FIRST_MS) * everyMs);
    log.dueMs = scheduler.now() + log.everyMs;
    const offset = cutOffset(log.limits, size, log.beginsAt);
    if (offset === undefined) return;
    log.beginsAt = offset;
    if ((await cut(log.path, offset)) === 'punched') return;
    log.beginsAt = 0;
    warn(log, 'The file system of a log cannot punch holes: the log was emptied instead of cut');
  };
  const checkSafely = (log: KeptLog): Promise<void> =>
    check(log).catch((error: unknown) => {
      // Before the app runs there may be no file, and after a destroy there is none.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      log.beginsAt = 0;
      warn(log, 'A log could not be kept within its limit', { error });
    });
  const due = (): readonly KeptLog[] => {
    const tasks = registry.list();
    const tokens = new Set(tasks.map(({ startToken }) => startToken));
    for (const token of kept.keys()) if (!tokens.has(token)) kept.delete(token);
    return tasks.flatMap((task) => {
      const logs = kept.get(task.startToken) ?? keptLogs(ctx, task);
      kept.set(task.startToken, logs);
      return logs.filter(({ dueMs }) => dueMs <= scheduler.now());
    });
  };
  return poll(() => from(due()).pipe(mergeMap((log) => checkSafely(log), AT_ONCE)), {
    intervalMs: everyMs,
    initialDelayMs: everyMs,
    scheduler,
  })
    .pipe(finalize(() => kept.clear()))
    .subscribe({ error: (error: unknown) => logger.error({ error }, 'Logs are no longer limited') });
}

function keptLogs(ctx: OpsContext, { spec, startToken }: TaskRecord): readonly KeptLog[] {
  const files = taskFiles(ctx.dataDir, startToken);
  const limits = logLimitsOf(spec, ctx.logLimits);
  const paths = [
    ...(spec.stdoutPath === files.stdout ? [files.stdout] : []),
    ...(spec.stderrPath === files.stderr ? [files.stderr] : []),
  ];
  return paths.map((path) => ({ path, limits, sizeBytes: 0, beginsAt: 0, everyMs: FIRST_MS, dueMs: 0 }));
}
