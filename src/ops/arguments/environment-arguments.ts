import type { TaskSpec } from '../../model/task-spec.ts';

/** The environment of a task's app, above what its image sets. */
export function environmentOf({ env, deviceEnv }: TaskSpec): Readonly<Record<string, string>> {
  return { ...deviceEnv, ...env };
}
