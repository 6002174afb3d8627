import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { AlertRule, ThresholdRule } from './alert-rules.ts';
import { createHysteresis, type Hysteresis } from './hysteresis.ts';
import { metricText, metricValue } from './metric-values.ts';

/** A rule whose threshold was crossed. */
export interface MeterChange {
  readonly change: 'raised' | 'cleared';
  readonly rule: string;
  readonly value: number;
  readonly threshold: number;
  readonly timeMs: number;
  readonly message: string;
}

/** Compares the samples of one task with the rules that have thresholds. */
export interface RuleMeters {
  changes(usage: TaskResourceUsage): readonly MeterChange[];
  /** Rules that stay the same go on. */
  setRules(rules: readonly AlertRule[]): void;
  /** Begins afresh: the task was started, has ended, or its alerts were restored. */
  restart(): void;
}

interface Meter {
  readonly rule: ThresholdRule;
  readonly hysteresis: Hysteresis;
}

export function createRuleMeters(
  firstRules: readonly AlertRule[],
  isRaised: (rule: string) => boolean,
): RuleMeters {
  const meterOf = (rule: ThresholdRule): Meter => ({ rule, hysteresis: hysteresisOf(rule, isRaised) });
  let meters = thresholdsOf(firstRules).map(meterOf);
  let before: TaskResourceUsage | undefined;
  return {
    changes(usage) {
      const { timestampMs: timeMs } = usage;
      if (before?.timestampMs === timeMs) return [];
      const changes = meters.flatMap(({ rule, hysteresis }) => {
        const value = metricValue(rule.metric, usage, before);
        const change = value === undefined ? undefined : hysteresis.update(value, timeMs);
        if (value === undefined || change === undefined) return [];
        const message = metricText(rule.metric, value);
        return [{ change, rule: rule.name, value, threshold: rule.raise, timeMs, message }];
      });
      before = usage;
      return changes;
    },
    setRules(rules) {
      const known = new Map(meters.map((meter) => [JSON.stringify(meter.rule), meter]));
      meters = thresholdsOf(rules).map((rule) => known.get(JSON.stringify(rule)) ?? meterOf(rule));
    },
    restart() {
      before = undefined;
      meters = meters.map(({ rule }) => meterOf(rule));
    },
  };
}

function thresholdsOf(rules: readonly AlertRule[]): readonly ThresholdRule[] {
  return rules.filter((rule) => 'metric' in rule);
}

function hysteresisOf(rule: ThresholdRule, isRaised: (rule: string) => boolean): Hysteresis {
  const { name, raise, clear = raise, holdMs } = rule;
  return createHysteresis({ raise, clear, holdMs }, isRaised(name));
}
