import { z } from 'zod';

import { parseWith } from '../../model/parse.ts';
import { receiversSchema, type ReceiverConfig, type ReceiverInput } from './delivery/receiver-config.ts';

/** The metrics of rules. Ratios are relative to the task's own limit, and absent without one. */
export const ALERT_METRICS = [
  'memoryRatio',
  'memoryBytes',
  'cpuCores',
  'throttledRatio',
  'processes',
  'processesRatio',
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

const name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'is not a name of at most 64 letters, digits, "_", "." and "-"');

const thresholdRule = z
  .strictObject({
    name,
    metric: z.enum(ALERT_METRICS),
    /** Raised at this value or above it … */
    raise: z.number().positive(),
    /** … and cleared at this one or below it; the same as `raise` when absent. */
    clear: z.number().nonnegative().optional(),
    /** How long the value has to stay there, for both. */
    holdMs: z.number().nonnegative().max(86_400_000).default(0),
  })
  .refine(({ raise, clear = raise }) => clear <= raise, 'clear is above raise: the alert would never clear');

/** Raised by how a task has ended, cleared when it is started again or destroyed. */
const exitRule = z.strictObject({ name, on: z.enum(['oom', 'crash']) });

export type ThresholdRule = z.output<typeof thresholdRule>;
export type ExitRule = z.output<typeof exitRule>;
export type AlertRule = ThresholdRule | ExitRule;

/** The interval of the evaluation, and the rules. */
export interface AlertConfig {
  readonly intervalMs: number;
  readonly rules: readonly AlertRule[];
  readonly receivers: readonly ReceiverConfig[];
}

/** When an alert is raised: by a metric, or by how a task has ended. */
export type AlertRuleInput =
  | {
      /** Unique; up to 64 letters, digits, `_`, `.` and `-`. */
      readonly name: string;
      readonly metric: AlertMetric;
      /** Raised at this value or above it. */
      readonly raise: number;
      /** Cleared at this value or below it. Default: `raise`. */
      readonly clear?: number;
      /** How long the value has to stay there, for both. Default 0. */
      readonly holdMs?: number;
    }
  | { readonly name: string; readonly on: 'oom' | 'crash' };

/** What raises alerts; what is left out has its default. */
export interface AlertConfigInput {
  /** Between two evaluations: 100 to 3,600,000. Default 5,000. */
  readonly intervalMs?: number;
  /** At most 100. Default: memory, throttled, processes, oom and crash. */
  readonly rules?: readonly AlertRuleInput[];
  /** Where alerts are delivered: at most 20. */
  readonly receivers?: readonly ReceiverInput[];
}

export const DEFAULT_ALERT_RULES: readonly AlertRule[] = [
  { name: 'memory', metric: 'memoryRatio', raise: 0.9, clear: 0.8, holdMs: 5_000 },
  { name: 'throttled', metric: 'throttledRatio', raise: 0.5, clear: 0.25, holdMs: 30_000 },
  { name: 'processes', metric: 'processesRatio', raise: 0.9, clear: 0.8, holdMs: 5_000 },
  { name: 'oom', on: 'oom' },
  { name: 'crash', on: 'crash' },
];

/** The step of the history, so that one sampling serves both. */
export const DEFAULT_ALERT_INTERVAL_MS = 5_000;

const alertConfigSchema = z.strictObject({
  intervalMs: z.number().int().min(100).max(3_600_000).default(DEFAULT_ALERT_INTERVAL_MS),
  rules: z
    .array(z.union([thresholdRule, exitRule]))
    .max(100)
    .refine((rules) => new Set(rules.map((rule) => rule.name)).size === rules.length, 'two have one name')
    .default([...DEFAULT_ALERT_RULES]),
  receivers: receiversSchema,
});

/** The `alerts` part of the agent's configuration. @throws RKT_ERR_OPTIONS naming the rule that is wrong */
export function parseAlertConfig(input: unknown): AlertConfig {
  return parseWith(alertConfigSchema, input ?? {}, { what: 'alerts', code: 'RKT_ERR_OPTIONS' });
}
