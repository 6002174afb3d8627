// Original file: src/nomad/proto/driver.proto

export const TaskState = {
  UNKNOWN: 'UNKNOWN',
  RUNNING: 'RUNNING',
  EXITED: 'EXITED',
} as const;

export type TaskState =
  | 'UNKNOWN'
  | 0
  | 'RUNNING'
  | 1
  | 'EXITED'
  | 2

export type TaskState__Output = typeof TaskState[keyof typeof TaskState]
