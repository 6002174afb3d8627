import { concatMap, defer, type Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';

import { createSeenIds } from '../../model/seen-ids.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { AlertRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createTaskAlerts, type TaskAlerts } from './task-alerts.ts';

/** Everything that can begin or end an alert. */
export type AlertInput =
  | { readonly kind: 'rules'; readonly rules: readonly AlertRule[] }
  | { readonly kind: 'samples'; readonly samples: readonly TaskStatsSample[] }
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'tasks'; readonly taskIds: readonly string[] };

/** The alerts of all tasks at this moment. */
export interface AlertState {
  readonly take: (input: AlertInput) => readonly Alert[];
  readonly active: () => readonly Alert[];
}

/**
 * Turns samples and events into alerts that begin and end. Time is that of samples and events; the scheduler is asked only
 * when a task or the rules are gone.
 */
export function raiseAlerts(state: () => AlertState): OperatorFunction<AlertInput, Alert> {
  return (input$: Observable<AlertInput>) =>
    defer(() => {
      const { take } = state();
      return input$.pipe(concatMap(take));
    });
}

export function createAlertState(scheduler: Pick<SchedulerLike, 'now'>): AlertState {
  const tasks = new Map<string, TaskAlerts>();
  const seen = createSeenIds();
  let rules: readonly AlertRule[] = [];
  const alertsOf = (taskId: string): TaskAlerts => {
    const known = tasks.get(taskId) ?? createTaskAlerts(taskId, rules);
    tasks.set(taskId, known);
    return known;
  };
  const forget = (isGone: (taskId: string) => boolean): readonly Alert[] => {
    const gone = [...tasks].filter(([taskId]) => isGone(taskId));
    gone.forEach(([taskId]) => tasks.delete(taskId));
    return gone.flatMap(([, alerts]) => alerts.clear(scheduler.now()));
  };
  return {
    take(input) {
      switch (input.kind) {
        case 'rules': {
          const cleared = forget(() => true);
          ({ rules } = input);
          return cleared;
        }
        case 'samples':
          return input.samples.flatMap(({ taskId, usage }) => alertsOf(taskId).sample(usage));
        case 'event':
          return seen.isNew(input.event.id) ? alertsOf(input.event.taskId).event(input.event) : [];
        case 'tasks': {
          const known = new Set(input.taskIds);
          return forget((taskId) => !known.has(taskId));
        }
      }
    },
    active: () => [...tasks.values()].flatMap((alerts) => alerts.active()),
  };
}
