import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';

/** An event by the field names of docker, as `events --format` uses them. */
export interface EventFields {
  /** Always `container`: a task. */
  readonly Type: string;
  /** What docker calls the event; where it has none, the kind. */
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  /** Seconds and nanoseconds since 1970. */
  readonly Time: number;
  readonly TimeNano: number;
  /** As `Action`. */
  readonly Status: string;
  readonly ID: string;
  readonly Name: string;
  readonly Kind: string;
  readonly Message: string;
}

export const EVENT_FIELDS = [
  'Type',
  'Action',
  'Actor',
  'Time',
  'TimeNano',
  'Status',
  'ID',
  'Name',
  'Kind',
  'Message',
] as const satisfies readonly (keyof EventFields)[];

const ACTIONS: Partial<Record<TaskEventKind, string>> = {
  prepared: 'create',
  started: 'start',
  exited: 'die',
  signaled: 'kill',
  killed: 'kill',
  stopping: 'stop',
  destroyed: 'destroy',
};

export function eventFields({
  kind,
  taskId,
  taskName,
  timeMs,
  message,
  annotations,
}: TaskEvent): EventFields {
  const action = ACTIONS[kind] ?? kind;
  const { exit_code: exitCode, ...others }: Readonly<Record<string, string>> = { ...annotations };
  const attributes = { name: taskName, ...others, ...(exitCode !== undefined && { exitCode }) };
  return {
    Type: 'container',
    Action: action,
    Actor: { ID: taskId, Attributes: attributes },
    Time: Math.floor(timeMs / 1_000),
    TimeNano: timeMs * 1_000_000,
    Status: action,
    ID: taskId,
    Name: taskName,
    Kind: kind,
    Message: message,
  };
}
