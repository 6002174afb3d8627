import type { Driver } from '../driver-interface.ts';
import type { RemoteDriver } from '../drivers/remote/index.ts';

/** What a command needs of a driver that asks and acts, but watches nothing: an agent answers it without a stream. */
export type CommandOps = Pick<
  Driver,
  | 'stopTask'
  | 'restartTask'
  | 'destroyTask'
  | 'inspectTask'
  | 'describeTask'
  | 'readTaskLog'
  | 'signalTask'
  | 'audit'
  | 'shutdown'
>;

/** What the commands need of a driver: one of their own has it, and so has an agent. */
export type CommandDriver = CommandOps &
  Pick<
    Driver,
    | 'connection'
    | 'hosts'
    | 'fingerprint'
    | 'taskEvents'
    | 'taskStats'
    | 'allTaskStats'
    | 'waitTask'
    | 'tasks'
    | 'hostStats'
    | 'followTasks'
    | 'execTaskStreaming'
  > &
  Partial<Pick<RemoteDriver, 'alerts'>>;
