import type { ExitResult } from '../../src/model/exit-result.ts';
import { taskSpecSchema, type TaskSpec, type TaskSpecInput } from '../../src/model/task-spec.ts';
import type { NewTask } from '../../src/registry/task-record.ts';

/** A valid spec with as little in it as possible. */
export function aTaskSpec(id = 'one', more: Partial<TaskSpecInput> = {}): TaskSpec {
  return taskSpecSchema.parse({ id, config: { image: 'example.com/app:1.0' }, ...more });
}

export function aNewTask(id = 'one', more: Partial<NewTask> = {}): NewTask {
  return { id, spec: aTaskSpec(id), startToken: `start-of-${id}`, ...more };
}

export function anExitResult(more: Partial<ExitResult> = {}): ExitResult {
  return { exitCode: 0, oomKilled: false, completedAtMs: 5_000, source: 'exit-file', ...more };
}
