import type { TaskSpec } from '../../model/task-spec.ts';
import { environmentOf } from './environment-arguments.ts';

/** The secrets of a task, which no error, event or log may quote: the values of its variables and its `args`. */
export function secretsOf(spec: TaskSpec): readonly string[] {
  return [...Object.values(environmentOf(spec)), ...spec.config.args];
}
