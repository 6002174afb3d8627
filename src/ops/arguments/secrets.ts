import type { TaskSpec } from '../../model/task-spec.ts';
import { environmentOf } from './environment-arguments.ts';

/** What of a task no error, event or log may quote: the values of its variables and the words of `args`. */
export function secretsOf(spec: TaskSpec): readonly string[] {
  return [...Object.values(environmentOf(spec)), ...spec.config.args];
}
