import type { Driver } from '../driver-interface.ts';

/** The driver interface that the commands use; both the driver and the client of an agent implement it. */
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
