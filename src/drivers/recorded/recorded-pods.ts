import type { Pod, PodState } from '../../model/pod.ts';
import type { TaskPhase, TaskStatus } from '../../model/task-status.ts';

const STATES: Readonly<Record<TaskPhase, PodState>> = {
  preparing: 'preparing',
  starting: 'prepared',
  running: 'running',
  stopping: 'running',
  exited: 'exited',
  unknown: 'exited',
};

/** The pods of the tasks. Other pods of the machine are not recorded. */
export function podsOf(tasks: readonly TaskStatus[]): readonly Pod[] {
  return tasks.flatMap(({ podId, phase, name, exitResult, startedAtMs }): Pod[] => {
    if (podId === undefined) return [];
    const state = STATES[phase];
    const app = {
      name,
      state: state === 'running' || state === 'exited' ? state : 'created',
      ...(exitResult?.exitCode === undefined ? {} : { exit_code: exitResult.exitCode }),
    };
    return [
      {
        name: podId,
        state,
        apps: [app],
        ...(startedAtMs === undefined ? {} : { started_at: Math.floor(startedAtMs / 1_000) }),
      },
    ];
  });
}
