import { defer, type Observable } from 'rxjs';

import { DEFAULT_FIELD_GROUPS, groupMask, type FieldGroup } from '../model/field-groups.ts';
import type { TaskStatsSample } from '../model/task-stats.ts';
import type { Stats } from './stats/create-stats.ts';

export interface AllTaskStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
  /** The groups to read; by default those that Nomad shows. */
  readonly groups?: readonly FieldGroup[];
}

/**
 * Resource usage of all tasks that have not exited, one frozen array per tick, in the order the tasks were added.
 *
 * A task that cannot be measured at a tick is missing from that array; one that exits is missing from the next on.
 * The array is empty when there are no tasks. With many tasks the reading of a tick is spread over half the interval,
 * and the array is emitted after the last of them.
 *
 * Source: as {@link taskStats}. Hot, shared by subscribers with the same interval and groups; the last array is
 * replayed; sampling stops 1 s after the last subscriber unsubscribed.
 *
 * @completes at shutdown, or immediately after it
 */
export function allTaskStats(
  stats: Stats,
  options: AllTaskStatsOptions = {},
): Observable<readonly TaskStatsSample[]> {
  return defer(() => {
    const { streams, engine } = stats;
    const intervalMs = streams.intervalMs(options.intervalMs);
    const groups = groupMask(options.groups ?? DEFAULT_FIELD_GROUPS);
    return streams.get(JSON.stringify(['all', intervalMs, groups]), () =>
      engine.watchAll(intervalMs, groups),
    );
  });
}
