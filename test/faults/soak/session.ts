import type { ChildProcess } from 'node:child_process';

/** How a task ended, as a driver reports it. Without a code when the driver says that it is unknown. */
export interface ReportedExit {
  readonly exitCode: number | undefined;
  readonly signal: number | undefined;
}

/** An `exited` event, as a driver publishes it. */
export interface ReportedEvent {
  /** The same in every driver; undefined where the interface carries none. */
  readonly id: string | undefined;
  readonly taskId: string;
  readonly isRepeated: boolean;
  readonly exit: ReportedExit;
}

/** The same with the driver process that published it: each is counted from 1. */
export interface SessionEvent extends ReportedEvent {
  readonly session: number;
}

/** What one life asks for: the handle is what the driver gave at the start, for interfaces that keep none themselves. */
export interface SoakTask {
  readonly id: string;
  readonly script: string;
  /** A directory of the host that the task sees as /record. */
  readonly recordDir: string;
}

/** A driver in a process of its own. Calls reject when the process dies. */
export interface Session {
  readonly child: ChildProcess;
  /** When the process is gone. */
  readonly ended: Promise<unknown>;
  start(task: SoakTask): Promise<void>;
  /** Whether a task that an earlier session was asked to start is there; its interface recovers it where it does not do so itself. */
  knows(taskId: string): Promise<boolean>;
  wait(taskId: string): Promise<ReportedExit>;
  destroy(taskId: string): Promise<void>;
  /** Ends it without harm to any task. */
  close(): Promise<void>;
}

/** One interface of the driver under test. */
export interface Target {
  readonly name: string;
  /** Starts the process, which recovers what is there. Every `exited` event goes to the callback. */
  open(onExited: (event: ReportedEvent) => void): Promise<Session>;
}
