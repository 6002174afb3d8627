import { exitText } from '../model/exit-text.ts';
import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import type { Colour, Paint } from './cli-output.ts';
import { FRESH, knownUntilMs, type Freshness } from './freshness.ts';
import { NOTHING, ago } from './humanize.ts';
import { table, type Column } from './text-table.ts';

/** The flags of `ps`. */
export interface PsFlags {
  readonly all?: boolean;
  readonly filter?: readonly string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly last?: number;
  readonly latest?: boolean;
  /** commander's name for --no-trunc. */
  readonly trunc?: boolean;
  readonly watch?: boolean;
}

/** Which tasks `ps` lists. */
export interface TaskSelection {
  readonly matches: (task: TaskStatus) => boolean;
  /** With those that have exited. */
  readonly isAll: boolean;
  /** Only so many of those that were started last. */
  readonly limit?: number;
}

/** The tasks that `ps` lists, in their order. */
export function selected(
  tasks: readonly TaskStatus[],
  { matches, isAll, limit = Number.POSITIVE_INFINITY }: TaskSelection,
): readonly TaskStatus[] {
  const found = tasks.filter((task) => (isAll || task.phase !== 'exited') && matches(task));
  if (found.length <= limit) return found;
  const startOf = ({ startedAtMs = 0 }: TaskStatus): number => startedAtMs;
  const latest = new Set([...found].sort((a, b) => startOf(b) - startOf(a)).slice(0, limit));
  return found.filter((task) => latest.has(task));
}

const PHASE_COLOURS: Partial<Record<TaskPhase, Colour>> = {
  running: 'green',
  stopping: 'yellow',
  exited: 'dim',
  unknown: 'red',
};

const RESTARTS: Column<TaskStatus> = {
  title: 'RESTARTS',
  value: ({ restart }) => restart?.count.toString() ?? NOTHING,
  align: 'right',
  isOptional: true,
};

export interface TasksTextOptions {
  readonly width?: number;
  /** How old the tasks are is counted until they are known. */
  readonly freshness?: Freshness;
}

/** One task a line. */
export function tasksText(
  tasks: readonly TaskStatus[],
  paint: Paint,
  nowMs: number,
  { width = Number.POSITIVE_INFINITY, freshness = FRESH }: TasksTextOptions = {},
): string {
  const columns: readonly Column<TaskStatus>[] = [
    { title: 'ID', value: ({ id }) => id, min: 12 },
    { title: 'NAME', value: ({ name }) => name, min: 6 },
    { title: 'IMAGE', value: ({ image }) => image, min: 8, isOptional: true },
    {
      title: 'PHASE',
      value: ({ phase }) => phase,
      colour: (cell, { phase }) => paint(PHASE_COLOURS[phase] ?? 'cyan', cell),
    },
    { title: 'PID', value: ({ pid }) => pid?.toString() ?? NOTHING, align: 'right', isOptional: true },
    {
      title: 'STARTED',
      value: ({ startedAtMs, host }) => ago(startedAtMs, knownUntilMs(freshness, nowMs, host)),
      isOptional: true,
    },
    ...(tasks.some(({ restart }) => restart !== undefined) ? [RESTARTS] : []),
    { title: 'EXIT', value: ({ exitResult }) => exitText(exitResult), min: 10 },
  ];
  return table(tasks, columns, paint, width);
}
