import { exitText } from '../model/exit-text.ts';
import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import type { Colour, Paint } from './cli-output.ts';
import { NOTHING, ago } from './humanize.ts';
import { table, type Column } from './text-table.ts';

/** Which tasks `ps` lists, and how. */
export interface PsFlags {
  readonly all?: boolean;
  readonly watch?: boolean;
}

/** The tasks that `ps` lists. */
export function selected(tasks: readonly TaskStatus[], { all = false }: PsFlags): readonly TaskStatus[] {
  return all ? tasks : tasks.filter(({ phase }) => phase !== 'exited');
}

const PHASE_COLOURS: Partial<Record<TaskPhase, Colour>> = {
  running: 'green',
  stopping: 'yellow',
  exited: 'dim',
  unknown: 'red',
};

/** One task a line. */
export function tasksText(tasks: readonly TaskStatus[], paint: Paint, nowMs: number): string {
  const columns: readonly Column<TaskStatus>[] = [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'IMAGE', value: ({ image }) => image },
    {
      title: 'PHASE',
      value: ({ phase }) => phase,
      colour: (cell, { phase }) => paint(PHASE_COLOURS[phase] ?? 'cyan', cell),
    },
    { title: 'PID', value: ({ pid }) => pid?.toString() ?? NOTHING, align: 'right' },
    { title: 'STARTED', value: ({ startedAtMs }) => ago(startedAtMs, nowMs) },
    { title: 'EXIT', value: ({ exitResult }) => exitText(exitResult) },
  ];
  return table(tasks, columns, paint);
}
