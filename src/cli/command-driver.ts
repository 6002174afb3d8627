import type { Driver } from '../driver-interface.ts';

/** What the commands need of a driver: one of their own has it, and so has an agent. */
export type CommandDriver = Pick<
  Driver,
  | 'fingerprint'
  | 'taskEvents'
  | 'taskStats'
  | 'allTaskStats'
  | 'waitTask'
  | 'tasks'
  | 'hostStats'
  | 'stopTask'
  | 'destroyTask'
  | 'inspectTask'
  | 'signalTask'
  | 'followTasks'
  | 'audit'
  | 'shutdown'
>;
