import type { Observable } from 'rxjs';

import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';

export interface TasksDeps {
  readonly registry: Pick<TaskRegistry, 'tasks$'>;
}

/**
 * All tasks this driver knows, in the order they came.
 *
 * The present state at once, then one frozen array for all changes of the same moment. Shared.
 *
 * @completes at shutdown, and at once without a value after it
 */
export function tasks({ registry }: TasksDeps): Observable<readonly TaskStatus[]> {
  return registry.tasks$;
}
