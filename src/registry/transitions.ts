import { RktError } from '../model/rkt-error.ts';
import type { TaskPhase } from '../model/task-status.ts';

/** The allowed transitions. `docs/task-states.md` shows this table with the reasons. */
export const LEGAL_TRANSITIONS: Readonly<Record<TaskPhase, readonly TaskPhase[]>> = {
  preparing: ['starting', 'exited'],
  starting: ['running', 'exited'],
  running: ['stopping', 'exited', 'unknown'],
  stopping: ['exited', 'unknown'],
  exited: [],
  unknown: ['running', 'exited'],
};

/** The phases in which a task may be removed from the registry: no process of it can be running. */
export const REMOVABLE_PHASES: readonly TaskPhase[] = ['preparing', 'starting', 'exited', 'unknown'];

/** @throws {@link RktError} RKT_ERR_TRANSITION when the transition from `from` to `to` is not allowed */
export function checkTransition(taskId: string, from: TaskPhase, to: TaskPhase): void {
  const legal = LEGAL_TRANSITIONS[from];
  if (legal.includes(to)) return;
  const allowed = legal.length === 0 ? 'nothing' : legal.join(', ');
  throw new RktError(
    'RKT_ERR_TRANSITION',
    `Task "${taskId}" is ${from} and cannot become ${to}; ${allowed} may follow`,
    { taskId },
  );
}

/** @throws {@link RktError} RKT_ERR_TRANSITION when a task in this phase may not be removed */
export function checkRemoval(taskId: string, phase: TaskPhase): void {
  if (REMOVABLE_PHASES.includes(phase)) return;
  throw new RktError('RKT_ERR_TRANSITION', `Task "${taskId}" is ${phase} and cannot be removed`, { taskId });
}
