import { isFailure } from '../../model/exit-text.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { AlertRule, ExitRule, ThresholdRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createHysteresis, type Hysteresis } from './hysteresis.ts';
import { metricText, metricValue } from './metric-values.ts';

/** What an alert shows for an unknown exit code. */
const UNKNOWN_CODE = 1;

/** The alerts of one task. Every call returns the alerts that it has raised or cleared. */
export interface TaskAlerts {
  sample(usage: TaskResourceUsage): readonly Alert[];
  event(event: TaskEvent): readonly Alert[];
  /** The task is gone, or the rules are. */
  clear(timeMs: number): readonly Alert[];
  active(): readonly Alert[];
}

export function createTaskAlerts(taskId: string, rules: readonly AlertRule[]): TaskAlerts {
  const raised = new Map<string, Alert>();
  const meters = rules
    .filter((rule) => 'metric' in rule)
    .map((rule) => ({ rule, hysteresis: newHysteresis(rule) }));
  const exitRules = rules.filter((rule) => 'on' in rule);
  let before: TaskResourceUsage | undefined;

  const raise = (rule: string, more: Pick<Alert, 'value' | 'threshold' | 'timeMs' | 'message'>): Alert => {
    const alert: Alert = { taskId, rule, state: 'raised', ...more };
    raised.set(rule, alert);
    return alert;
  };
  const clear = (rule: string, timeMs: number, value?: number): readonly Alert[] => {
    const alert = raised.get(rule);
    raised.delete(rule);
    return alert === undefined ? [] : [{ ...alert, state: 'cleared', timeMs, value: value ?? alert.value }];
  };
  const restart = (): void => {
    before = undefined;
    meters.forEach((meter) => (meter.hysteresis = newHysteresis(meter.rule)));
  };
  const clearAll = (timeMs: number): readonly Alert[] =>
    [...raised.keys()].flatMap((rule) => clear(rule, timeMs));
  const ended = (event: TaskEvent): readonly Alert[] => {
    const { timeMs } = event;
    // A task that has ended uses nothing any more.
    const over = clearAll(timeMs);
    const begun = exitRules.flatMap((rule) => {
      const found = judgeExit(rule, event);
      return found === undefined ? [] : [raise(rule.name, { ...found, threshold: 1, timeMs })];
    });
    restart();
    return [...over, ...begun];
  };

  return {
    sample(usage) {
      const { timestampMs: timeMs } = usage;
      if (before?.timestampMs === timeMs) return [];
      const changes = meters.flatMap(({ rule, hysteresis }) => {
        const value = metricValue(rule.metric, usage, before);
        if (value === undefined) return [];
        const change = hysteresis.update(value, timeMs);
        if (change === 'cleared') return clear(rule.name, timeMs, value);
        if (change === undefined) return [];
        const message = metricText(rule.metric, value);
        return [raise(rule.name, { value, threshold: rule.raise, timeMs, message })];
      });
      before = usage;
      return changes;
    },
    event(event) {
      if (event.kind === 'exited') return ended(event);
      if (event.kind !== 'started' && event.kind !== 'destroyed') return [];
      restart();
      return clearAll(event.timeMs);
    },
    clear: clearAll,
    active: () => [...raised.values()],
  };
}

function newHysteresis({ raise, clear = raise, holdMs }: ThresholdRule): Hysteresis {
  return createHysteresis({ raise, clear, holdMs });
}

function judgeExit(
  { on }: ExitRule,
  { exitResult, message }: TaskEvent,
): Pick<Alert, 'value' | 'message'> | undefined {
  if (exitResult === undefined) return undefined;
  const { oomKilled, exitCode = UNKNOWN_CODE } = exitResult;
  if (on === 'oom') return oomKilled ? { value: 1, message } : undefined;
  return !oomKilled && isFailure(exitResult) ? { value: exitCode, message } : undefined;
}
