import { concatMap, defer, type Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';

import { exitSentence } from '../../model/exit-text.ts';
import { createSeenIds } from '../../model/seen-ids.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { AlertRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createTaskAlerts, type LabelsOf, type TaskAlerts } from './task-alerts.ts';

/** Everything that can begin or end an alert. */
export type AlertInput =
  | { readonly kind: 'rules'; readonly rules: readonly AlertRule[] }
  | { readonly kind: 'samples'; readonly samples: readonly TaskStatsSample[] }
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'tasks'; readonly taskIds: readonly string[] }
  /** The driver has recovered all tasks: what an earlier agent has recorded is compared with them. */
  | { readonly kind: 'recovered'; readonly tasks: readonly RecoveredTask[] };

/** What is compared of a task. */
export type RecoveredTask = Pick<
  TaskStatus,
  'id' | 'podId' | 'phase' | 'startedAtMs' | 'completedAtMs' | 'exitResult'
>;

/** The alerts of all tasks at this moment. */
export interface AlertState {
  readonly take: (input: AlertInput) => readonly Alert[];
  readonly active: () => readonly Alert[];
}

/** What earlier agents have recorded. */
export interface RestoredAlerts {
  /** Those that have not ended. */
  readonly active: readonly Alert[];
  /** Whether an alert of this rule was raised for the task since a time, ended or not. */
  readonly wasRaised: (taskId: string, rule: string, sinceMs: number) => boolean;
}

export interface AlertStateOptions {
  readonly labelsOf?: LabelsOf;
  readonly restored?: RestoredAlerts | undefined;
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

const NO_LABELS = {};

export function createAlertState(
  scheduler: Pick<SchedulerLike, 'now'>,
  { labelsOf = () => NO_LABELS, restored }: AlertStateOptions = {},
): AlertState {
  const tasks = new Map<string, TaskAlerts>();
  const seen = createSeenIds();
  let rules: readonly AlertRule[] = [];
  /** Tasks of restored alerts, which the driver may not have recovered yet. */
  const expected = new Set<string>();
  const alertsOf = (taskId: string): TaskAlerts => {
    const known = tasks.get(taskId) ?? createTaskAlerts(taskId, rules, labelsOf);
    tasks.set(taskId, known);
    return known;
  };
  const forget = (isGone: (taskId: string) => boolean): readonly Alert[] => {
    const gone = [...tasks].filter(([taskId]) => isGone(taskId));
    gone.forEach(([taskId]) => tasks.delete(taskId));
    return gone.flatMap(([, alerts]) => alerts.clear(scheduler.now()));
  };
  const retain = (taskIds: readonly string[]): readonly Alert[] => {
    const known = new Set(taskIds);
    taskIds.forEach((id) => expected.delete(id));
    return forget((taskId) => !known.has(taskId) && !expected.has(taskId));
  };
  for (const alert of restored?.active ?? []) {
    expected.add(alert.taskId);
    alertsOf(alert.taskId).restore(alert);
  }
  return {
    take(input) {
      switch (input.kind) {
        case 'rules': {
          ({ rules } = input);
          const now = scheduler.now();
          return [...tasks.values()].flatMap((alerts) => alerts.setRules(input.rules, now));
        }
        case 'samples':
          return input.samples.flatMap(({ taskId, usage }) => alertsOf(taskId).sample(usage));
        case 'event':
          return seen.isNew(input.event.id) ? alertsOf(input.event.taskId).event(input.event) : [];
        case 'tasks':
          return retain(input.taskIds);
        case 'recovered':
          expected.clear();
          return [
            ...retain(input.tasks.map(({ id }) => id)),
            ...input.tasks.flatMap((task) => reconcile(alertsOf(task.id), task, rules, restored)),
          ];
      }
    },
    active: () => [...tasks.values()].flatMap((alerts) => alerts.active()),
  };
}

/** What has happened while no agent was running, or was published before an alert could be recorded. */
function reconcile(
  alerts: TaskAlerts,
  { id, podId, phase, startedAtMs, completedAtMs, exitResult }: RecoveredTask,
  rules: readonly AlertRule[],
  restored: RestoredAlerts | undefined,
): readonly Alert[] {
  if (restored === undefined) return [];
  const isOlder = (alert: Alert): boolean => startedAtMs !== undefined && alert.raisedAtMs < startedAtMs;
  const over = alerts.active().some(isOlder) ? alerts.clear(startedAtMs ?? 0) : [];
  if (phase !== 'exited' || completedAtMs === undefined) return over;
  const isKnown = rules.some((rule) => 'on' in rule && restored.wasRaised(id, rule.name, startedAtMs ?? 0));
  if (isKnown) return over;
  const message = exitResult === undefined ? '' : exitSentence(exitResult);
  return [
    ...over,
    ...alerts.ended({ key: `pod ${podId ?? ''}`, timeMs: completedAtMs, exitResult, message }),
  ];
}
