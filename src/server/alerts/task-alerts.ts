import { createHash } from 'node:crypto';

import type { ExitResult } from '../../model/exit-result.ts';
import { isFailure } from '../../model/exit-text.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { AlertRule, ExitRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createRuleMeters } from './rule-meters.ts';

/** What an alert shows for an unknown exit code. */
const UNKNOWN_CODE = 1;

/** The end of a task, as an event reports it or as its status shows it. */
export interface TaskEnd {
  /** The same for the same end, whenever it is reported. */
  readonly key: string;
  readonly timeMs: number;
  readonly exitResult: ExitResult | undefined;
  readonly message: string;
}

/** The alerts of one task. Every call returns the alerts that it has raised or cleared. */
export interface TaskAlerts {
  sample(usage: TaskResourceUsage): readonly Alert[];
  event(event: TaskEvent): readonly Alert[];
  ended(end: TaskEnd): readonly Alert[];
  /** Ends the alerts of rules that are gone or have changed. */
  setRules(rules: readonly AlertRule[], timeMs: number): readonly Alert[];
  /** An alert that an earlier agent has raised, and that has not ended. */
  restore(alert: Alert): void;
  /** The task is gone, or was started again. */
  clear(timeMs: number): readonly Alert[];
  active(): readonly Alert[];
}

/** The labels of the alerts of a rule. */
export type LabelsOf = (rule: string, taskId: string) => Readonly<Record<string, string>>;

export function createTaskAlerts(
  taskId: string,
  firstRules: readonly AlertRule[],
  labelsOf: LabelsOf,
): TaskAlerts {
  const { raised, raise, clear, clearAll } = createRaised(taskId, labelsOf);
  const meters = createRuleMeters(firstRules, (name) => raised.has(name));
  let rules = firstRules;

  const ended = ({ key, timeMs, exitResult, message }: TaskEnd): readonly Alert[] => {
    const wanted = rules.flatMap((rule) => {
      const value = 'on' in rule ? judgeExit(rule, exitResult) : undefined;
      return value === undefined ? [] : [{ rule: rule.name, key, value, threshold: 1, timeMs, message }];
    });
    // An end can be reported again by the agent after this one.
    const known = wanted.filter(({ rule }) => raised.get(rule)?.id === alertId(rule, taskId, key));
    // A task that has ended uses nothing any more.
    const over = clearAll(timeMs, new Set(known.map(({ rule }) => rule)));
    const begun = wanted.filter((one) => !known.includes(one)).map(({ rule, ...more }) => raise(rule, more));
    meters.restart();
    return [...over, ...begun];
  };

  return {
    sample: (usage) =>
      meters
        .changes(usage)
        .flatMap(({ change, rule, ...more }) =>
          change === 'cleared' ? clear(rule, more.timeMs, more.value) : [raise(rule, more)],
        ),
    event(event) {
      const { id: key, kind, timeMs, exitResult, message } = event;
      if (kind === 'exited') return ended({ key, timeMs, exitResult, message });
      if (kind !== 'started' && kind !== 'destroyed') return [];
      meters.restart();
      return clearAll(timeMs);
    },
    ended,
    setRules(next, timeMs) {
      const kept = [...raised.values()].filter(({ rule, threshold }) =>
        isSame(named(rules, rule), named(next, rule), threshold),
      );
      const cleared = clearAll(timeMs, new Set(kept.map(({ rule }) => rule)));
      rules = next;
      meters.setRules(next);
      return cleared;
    },
    restore(alert) {
      raised.set(alert.rule, alert);
      meters.restart();
    },
    clear: clearAll,
    active: () => [...raised.values()],
  };
}

type Raising = Pick<Alert, 'value' | 'threshold' | 'timeMs' | 'message'> & { readonly key?: string };

/** The raised alerts of a task, by their rules. */
function createRaised(taskId: string, labelsOf: LabelsOf) {
  const raised = new Map<string, Alert>();
  const clear = (rule: string, timeMs: number, value?: number): readonly Alert[] => {
    const alert = raised.get(rule);
    raised.delete(rule);
    return alert === undefined ? [] : [{ ...alert, state: 'cleared', timeMs, value: value ?? alert.value }];
  };
  return {
    raised,
    raise: (rule: string, { key, ...more }: Raising): Alert => {
      const id = alertId(rule, taskId, key ?? String(more.timeMs));
      const labels = labelsOf(rule, taskId);
      const alert: Alert = { id, taskId, rule, state: 'raised', raisedAtMs: more.timeMs, labels, ...more };
      raised.set(rule, alert);
      return alert;
    },
    clear,
    clearAll: (timeMs: number, kept: ReadonlySet<string> = new Set()): readonly Alert[] =>
      [...raised.keys()].filter((rule) => !kept.has(rule)).flatMap((rule) => clear(rule, timeMs)),
  };
}

/** The same for the same alert, whichever agent raises it. */
function alertId(rule: string, taskId: string, key: string): string {
  const hash = createHash('sha256').update(JSON.stringify([rule, taskId, key]));
  return hash.digest('base64url').slice(0, 16);
}

function named(rules: readonly AlertRule[], name: string): AlertRule | undefined {
  return rules.find((rule) => rule.name === name);
}

/** Of the rules of an earlier agent only the threshold is known. */
function isSame(before: AlertRule | undefined, next: AlertRule | undefined, threshold: number): boolean {
  if (next === undefined) return false;
  if (before === undefined) return threshold === ('metric' in next ? next.raise : 1);
  return JSON.stringify(before) === JSON.stringify(next);
}

function judgeExit({ on }: ExitRule, exitResult: ExitResult | undefined): number | undefined {
  if (exitResult === undefined) return undefined;
  const { oomKilled, exitCode = UNKNOWN_CODE } = exitResult;
  if (on === 'oom') return oomKilled ? 1 : undefined;
  return !oomKilled && isFailure(exitResult) ? exitCode : undefined;
}
