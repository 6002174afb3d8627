import type { TaskSpec } from '../../model/task-spec.ts';

/** The environment of a task's app, in addition to that of its image. */
export function environmentOf({ env, deviceEnv }: TaskSpec): Readonly<Record<string, string>> {
  return { ...deviceEnv, ...env };
}
