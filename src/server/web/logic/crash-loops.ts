import { isFailure } from '../../../model/exit-text.ts';
import type { ExitResult } from '../../../model/exit-result.ts';
import type { TaskEvent } from '../../../model/task-event.ts';
import type { TaskStatus } from '../../../model/task-status.ts';

/** A task that crashes, is started again, and crashes again: one problem, however many tasks it made. */
export interface CrashLoop {
  readonly key: string;
  readonly name: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The tasks that crashed; the latest is the last. */
  readonly taskIds: readonly string[];
}

/** One end of a task. */
interface TaskEnd {
  readonly taskId: string;
  readonly taskName: string;
  readonly allocId: string | undefined;
  /** Undefined when the start was not seen. */
  readonly startedAtMs: number | undefined;
  readonly exit: ExitResult;
}

export interface CrashLoops {
  readonly addEvent: (event: TaskEvent) => void;
  /** A task that has exited is an end as well: its event may be older than what the agent replays. */
  readonly addStatus: (status: TaskStatus) => void;
  /** Those that stand at `nowMs`, by key. */
  at(nowMs: number): ReadonlyMap<string, CrashLoop>;
}

/** So many crashes in a row are a loop. */
const LEAST_CRASHES = 3;
/** So long after a crash the next one belongs to it, and the loop stands. */
const LONGEST_GAP_MS = 10 * 60_000;
const MOST_ENDS = 1_000;

/**
 * What is the same across restarts: the task of an allocation (Nomad gives each start another id), else the name, else the
 * id.
 */
export function loopKey({ taskId, taskName, allocId }: Omit<TaskEnd, 'startedAtMs' | 'exit'>): string {
  return JSON.stringify(allocId === undefined ? [taskName === '' ? taskId : taskName] : [allocId, taskName]);
}

export function createCrashLoops(): CrashLoops {
  const ends = new Map<string, TaskEnd[]>();
  const starts = new Map<string, number>();
  const add = (end: TaskEnd): void => {
    const key = loopKey(end);
    const known = ends.get(key) ?? [];
    const isKnown = (other: TaskEnd): boolean =>
      other.taskId === end.taskId && other.exit.completedAtMs === end.exit.completedAtMs;
    if (known.some(isKnown)) return;
    const sorted = [...known, end].sort((a, b) => a.exit.completedAtMs - b.exit.completedAtMs);
    ends.set(key, sorted.slice(-MOST_ENDS));
  };
  return {
    addEvent({ kind, taskId, taskName, allocId, timeMs, exitResult }) {
      if (kind === 'started') starts.set(taskId, timeMs);
      if (kind === 'destroyed') starts.delete(taskId);
      if (exitResult === undefined) return;
      add({ taskId, taskName, allocId, startedAtMs: starts.get(taskId), exit: exitResult });
    },
    addStatus({ id, name, allocId, startedAtMs, exitResult }) {
      if (exitResult !== undefined)
        add({ taskId: id, taskName: name, allocId, startedAtMs, exit: exitResult });
    },
    at(nowMs) {
      const loops = [...ends].flatMap(([key, all]) => loopOf(key, all, nowMs) ?? []);
      return new Map(loops.map((loop) => [loop.key, loop]));
    },
  };
}

/** The crashes in a row up to the last end, each of a task that was started after the one before had ended. */
function loopOf(key: string, ends: readonly TaskEnd[], nowMs: number): CrashLoop | undefined {
  const row: TaskEnd[] = [];
  for (let index = ends.length - 1; index >= 0; index -= 1) {
    const end = ends[index];
    const next = row[0];
    if (end === undefined || !isFailure(end.exit)) break;
    const endedMs = end.exit.completedAtMs;
    if ((next?.exit.completedAtMs ?? nowMs) - endedMs > LONGEST_GAP_MS) break;
    // Tasks of one name that ran side by side are no restarts of each other.
    if (next?.startedAtMs !== undefined && next.startedAtMs < endedMs) continue;
    row.unshift(end);
  }
  const [first] = row;
  const last = row.at(-1);
  if (first === undefined || last === undefined || row.length < LEAST_CRASHES) return undefined;
  return {
    key,
    name: last.taskName,
    count: row.length,
    firstMs: first.exit.completedAtMs,
    lastMs: last.exit.completedAtMs,
    taskIds: [...new Set(row.map(({ taskId }) => taskId))],
  };
}

/** `crashed 12 times in 5 minutes`. */
export function loopText({ count, firstMs, lastMs }: CrashLoop): string {
  return `crashed ${count} times in ${inWords(lastMs - firstMs)}`;
}

function inWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [amount, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [Math.round(seconds / 60), 'minute']
        : [Math.round(seconds / 3_600), 'hour'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
