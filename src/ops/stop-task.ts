import { filter, firstValueFrom, map, merge, of, take, takeUntil, timer } from 'rxjs';

import { RktError } from '../model/rkt-error.ts';
import { signalNumber } from '../model/signals.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { isAlive } from '../sources/process-info.ts';
import { appProcess } from './app-process.ts';
import type { OpsContext } from './ops-context.ts';
import { checkDuration } from './check-duration.ts';
import { endRestarts } from './end-restarts.ts';
import { noteStop } from './end-request.ts';
import { sendSignal } from './kill-tree.ts';
import { reconcileTask } from './reconcile-task.ts';
import { continueIfStopped, endShim } from './shim-process.ts';

export interface StopOptions {
  /** The time after the signal before the task is killed; 0 (the default is 5 s) kills immediately. */
  readonly timeoutMs?: number;
  /** `SIGINT` when absent or empty. */
  readonly signal?: string;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Stops a task: sends the signal, waits for the timeout, then kills everything in its cgroup. Stopping an exited task
 * is not an error.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_SIGNAL, or RKT_ERR_STOP when it outlives even SIGKILL
 */
export async function stopTask(ctx: OpsContext, taskId: string, options: StopOptions = {}): Promise<void> {
  const task = ctx.registry.require(taskId);
  const timeoutMs = checkDuration('timeoutMs of a stop', options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = normalizeSignal(options.signal);
  if (task.phase === 'exited') await endRestarts(ctx, task);
  if (task.phase === 'exited' || task.phase === 'unknown') return;
  if (task.phase === 'preparing' || task.phase === 'starting') {
    throw new RktError('RKT_ERR_TASK_NOT_RUNNING', `Task "${taskId}" is still ${task.phase}`, { taskId });
  }
  const stopping = markStopping(ctx, task, timeoutMs === 0 ? 'SIGKILL' : signal, timeoutMs);
  await noteStop(ctx, task);
  if (hasEnded(ctx, stopping)) return;
  if (timeoutMs > 0) {
    await signalProcess(stopping, signal);
    await ctx.cgroups.open(stopping.cgroupPaths).resume();
    await continueIfStopped(stopping.process && (await appProcess(stopping.process)));
    await continueIfStopped(stopping.process);
    await continueIfStopped(stopping.shim);
    if (await exitsWithin(ctx, stopping, timeoutMs)) return;
  }
  await killTask(ctx, stopping);
}

/** Kills every process of a task and waits for its exit. */
async function killTask(ctx: OpsContext, task: TaskRecord): Promise<void> {
  ctx.registry.emit('killed', task, { message: 'Killed with SIGKILL', annotations: { signal: '9' } });
  await signalProcess(task, 'SIGKILL');
  await ctx.cgroups.open(task.cgroupPaths).kill();
  await continueIfStopped(task.shim);
  if (await exitsWithin(ctx, task, 1_000)) return;
  // Otherwise this would wait forever for a shim that cannot write the exit file.
  if (task.process !== undefined && !(await isAlive(task.process))) await endShim(ctx, task);
  await reconcileTask(ctx, task);
  if (await exitsWithin(ctx, task, ctx.timeouts.killMs)) return;
  throw new RktError(
    'RKT_ERR_STOP',
    `Task "${task.id}" has not ended ${ctx.timeouts.killMs} ms after SIGKILL`,
    {
      taskId: task.id,
    },
  );
}

function markStopping(ctx: OpsContext, task: TaskRecord, signal: string, timeoutMs: number): TaskRecord {
  const record = task.phase === 'stopping' ? task : ctx.registry.transition(task.id, 'stopping');
  const later = timeoutMs === 0 ? '' : `, SIGKILL follows after ${timeoutMs / 1_000} s`;
  ctx.registry.emit('stopping', record, {
    message: `Stopping with ${signal}${later}`,
    annotations: {
      signal,
      timeout_ms: String(timeoutMs),
    },
  });
  return record;
}

/**
 * Signals the app of the task, never another process that has its pid now. SIGKILL goes to the process of the task, whose end
 * ends the whole pod.
 */
export async function signalProcess(task: TaskRecord, signal: NodeJS.Signals): Promise<boolean> {
  if (task.process === undefined || !(await isAlive(task.process))) return false;
  const { pid } = signal === 'SIGKILL' ? task.process : await appProcess(task.process);
  sendSignal(pid, signal);
  return true;
}

async function exitsWithin(ctx: OpsContext, task: TaskRecord, timeoutMs: number): Promise<boolean> {
  return firstValueFrom(
    merge(of(undefined), ctx.registry.changesOf(task.startToken)).pipe(
      map(() => hasEnded(ctx, task)),
      filter((ended) => ended),
      take(1),
      takeUntil(timer(timeoutMs, ctx.scheduler)),
    ),
    { defaultValue: false },
  );
}

function hasEnded(ctx: OpsContext, { id, startToken }: TaskRecord): boolean {
  const now = ctx.registry.get(id);
  const phase = now?.startToken === startToken ? now.phase : undefined;
  return phase !== 'running' && phase !== 'stopping';
}

function normalizeSignal(signal = ''): NodeJS.Signals {
  const name = signal === '' ? 'SIGINT' : signal.toUpperCase();
  if (signalNumber(name) === undefined) throw new RktError('RKT_ERR_SIGNAL', `Unknown signal "${signal}"`);
  return (name.startsWith('SIG') ? name : `SIG${name}`) as NodeJS.Signals;
}
