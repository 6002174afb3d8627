import { isRktError, type RktError } from '../model/rkt-error.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { podStatus } from '../rkt/rkt-status.ts';
import { isOfEarlierBoot } from '../sources/boot-id.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { isEndRequested } from './end-request.ts';
import { exitResultOf, isBySigkill, readExitFile, type ExitRecord } from './exit-record.ts';
import { noteExitPublished, publishExit } from './publish-exit.ts';
import { saveIfSpace } from './save-if-space.ts';
import { storedTask } from './to-stored-task.ts';
import { taskFiles } from './task-files.ts';

const RESTARTED = 'the machine was restarted while the task ran';

/**
 * Checks whether a running task has exited, and if so publishes it. Called when its exit file appears, by the polling
 * that repairs missed notifications, and at recovery; calling it twice does no harm.
 */
export async function reconcileTask(ctx: OpsContext, task: TaskRecord): Promise<void> {
  const exited = noteWritten(ctx, task) ?? (await noteUnwritten(ctx, task));
  if (exited === undefined) return;
  await noteExitPublished(ctx, exited);
  await tidyUp(ctx, exited);
}

/**
 * The first half, for waiters: the record of the task if its exit file is written. In one turn of the event loop,
 * with a fixed number of reads.
 */
export function noteWritten(ctx: OpsContext, task: TaskRecord): TaskRecord | undefined {
  const written = readIfSound(taskFiles(ctx.dataDir, task.startToken).exitFile);
  if (written === undefined || isRktError(written)) return undefined;
  return noteEnd(ctx, task, withOomKills(ctx, task, written));
}

/** The same without an exit file. */
export async function noteUnwritten(ctx: OpsContext, task: TaskRecord): Promise<TaskRecord | undefined> {
  const found = await findEnd(ctx, task);
  if (found === undefined) return undefined;
  if (found !== 'lost') return noteEnd(ctx, task, found);
  const record = currentRecord(ctx, task);
  if (record !== undefined) await reconcileLost(ctx, record, withRequest(ctx, record, lost(ctx)));
  return undefined;
}

function noteEnd(ctx: OpsContext, task: TaskRecord, end: ExitResult): TaskRecord | undefined {
  const record = currentRecord(ctx, task);
  if (record === undefined) return undefined;
  const exitResult = withRequest(ctx, record, end);
  const exited = ctx.registry.transition(record.id, 'exited', { exitResult });
  publishExit(ctx, exited, exitResult);
  return exited;
}

function withRequest(ctx: OpsContext, record: TaskRecord, end: ExitResult): ExitResult {
  return { ...end, requested: record.stopRequested || isEndRequested(ctx, record, end) };
}

/** The second half, which may come later: kills what is left in the cgroup, and saves the exit. */
export async function tidyUp(ctx: OpsContext, exited: TaskRecord): Promise<void> {
  await ctx.cgroups.open(exited.cgroupPaths).kill();
  await saveIfSpace(ctx, exited.id, ctx.store.saveIfPresent(storedTask(ctx, exited)));
}

/** Nothing is left either of a task that another driver has destroyed; that is not an exit to publish. */
async function reconcileLost(
  ctx: OpsContext,
  { id, phase, startToken }: TaskRecord,
  exit: ExitResult,
): Promise<void> {
  if (phase === 'unknown') return;
  const unknown = ctx.registry.transition(id, 'unknown', { exitResult: exit });
  const stored = await ctx.store.load(id);
  if (stored?.startToken !== startToken || ctx.shutdown.aborted) return;
  publishExit(ctx, unknown, exit);
  await noteExitPublished(ctx, unknown);
}

/** The same without a waiter: if the result is not available now, the next poll retries. */
export async function reconcileIfPossible(ctx: OpsContext, task: TaskRecord): Promise<void> {
  await ifPossible(ctx, task, reconcileTask(ctx, task));
}

/** The result of a part of it; undefined when it failed, which is logged. */
export async function ifPossible<T>(
  ctx: OpsContext,
  task: TaskRecord,
  reconciling: Promise<T>,
): Promise<T | undefined> {
  try {
    return await reconciling;
  } catch (error) {
    const what = 'Could not determine whether a task has ended; retrying';
    ctx.logger.warn({ error, taskId: task.id }, what);
    return undefined;
  }
}

/** The current record of this start of a task, unless its exit is known. */
function currentRecord({ registry }: OpsContext, { id, startToken }: TaskRecord): TaskRecord | undefined {
  const record = registry.get(id);
  const isEndable = record !== undefined && ['running', 'stopping', 'unknown'].includes(record.phase);
  return record?.startToken === startToken && isEndable ? record : undefined;
}

/**
 * How the task exited; undefined while it is running, `lost` when neither a process nor a pod of it exists any more.
 */
async function findEnd(ctx: OpsContext, task: TaskRecord): Promise<ExitResult | 'lost' | undefined> {
  const { exitFile } = taskFiles(ctx.dataDir, task.startToken);
  if (await isOneAlive(task.shim, task.process)) return undefined;
  // The shim writes before it exits: the file may exist now.
  const late = readIfSound(exitFile);
  if (late === undefined) return askRkt(ctx, task, whyUnwritten(task));
  return isRktError(late) ? askRkt(ctx, task, late.message) : withOomKills(ctx, task, late);
}

/** Why a dead shim has written no exit file. */
function whyUnwritten({ shim }: TaskRecord): string {
  const isRestarted = shim !== undefined && isOfEarlierBoot(shim);
  return isRestarted ? RESTARTED : 'the shim of the task was killed';
}

/** A damaged exit file contains no code, but the task has exited nevertheless. */
function readIfSound(exitFile: string): ExitRecord | RktError | undefined {
  try {
    return readExitFile(exitFile);
  } catch (error) {
    if (isRktError(error)) return error;
    throw error;
  }
}

/**
 * The OOM killer uses SIGKILL: for any other exit its count is irrelevant, and reading it is the most expensive part.
 */
function withOomKills(ctx: OpsContext, task: TaskRecord, exit: ExitRecord): ExitResult {
  const isAsked = task.cgroupPaths.length > 0 && isBySigkill(exit);
  return exitResultOf(exit, isAsked ? ctx.cgroups.open(task.cgroupPaths).oomKills() : undefined);
}

async function isOneAlive(...processes: readonly (ProcessId | undefined)[]): Promise<boolean> {
  const alive = await Promise.all(
    processes.map(async (process) => process !== undefined && isAlive(process)),
  );
  return alive.includes(true);
}

/** Without a record of the shim, only a flavor with a supervisor can still know the exit code. */
async function askRkt(ctx: OpsContext, task: TaskRecord, why: string): Promise<ExitResult | 'lost'> {
  const unknown = { oomKilled: false, completedAtMs: ctx.scheduler.now() } as const;
  try {
    const pod = await podStatus(await ctx.runner(), task.podId ?? '');
    const exitCode = pod.apps?.[0]?.exit_code;
    if (exitCode !== undefined) return { ...unknown, exitCode, source: 'rkt-status' };
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_POD_NOT_FOUND')) throw error;
    // A reboot has certainly ended the task, whatever has happened to its pod.
    if (why !== RESTARTED) return 'lost';
  }
  return { ...unknown, source: 'process-gone', error: `exit status unknown: ${why}` };
}

/** For waiters: nothing more can ever be known. */
function lost(ctx: OpsContext): ExitResult {
  const error = 'exit status unknown: neither its processes nor its pod exist any more';
  return { oomKilled: false, completedAtMs: ctx.scheduler.now(), source: 'process-gone', error };
}
