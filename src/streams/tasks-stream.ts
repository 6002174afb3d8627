import type { Observable } from 'rxjs';

import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';

export interface TasksDeps {
  readonly registry: Pick<TaskRegistry, 'tasks$'>;
}

/**
 * All tasks that this driver knows, in the order they were added.
 *
 * The current state immediately, then one frozen array for all changes of the same turn. Shared.
 *
 * @completes at shutdown, or immediately without a value after it
 */
export function tasks({ registry }: TasksDeps): Observable<readonly TaskStatus[]> {
  return registry.tasks$;
}
