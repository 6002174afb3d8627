import type { PastAlert } from '../../alerts/alert-history.ts';
import type { Alert } from '../../alerts/alert.ts';
import { loopText, type CrashLoop } from './crash-loops.ts';

/** One alert from its begin to its end, or a crash loop in place of all alerts of its tasks. */
export interface AlertEntry {
  readonly id: string;
  readonly taskId: string;
  readonly rule: string;
  readonly message: string;
  /** What silences match. */
  readonly labels: Readonly<Record<string, string>>;
  readonly raisedMs: number;
  /** Undefined while it stands. */
  readonly clearedMs: number | undefined;
}

/** The alerts that are known, with those that have ended. */
export interface AlertLog {
  readonly add: (alert: Alert) => void;
  /** What the agent has kept, from begin to end. */
  readonly addPast: (alerts: readonly PastAlert[]) => void;
  /** Those that stand, as the agent lists them: all others have ended, at a time that may not be known. */
  readonly setActive: (alerts: readonly Alert[], nowMs: number) => void;
  /** Newest first. */
  readonly entries: () => readonly AlertEntry[];
  /** Rises with every change. */
  readonly version: () => number;
}

const LONGEST = 2_000;

/** No two states have the same version, whatever was forgotten between them. */
let versions = 0;

export function createAlertLog(): AlertLog {
  let log = new Map<string, AlertEntry>();
  let version = (versions += 1);
  const put = (entry: AlertEntry): void => {
    log.set(entry.id, entry);
    version = versions += 1;
  };
  const entries = (): readonly AlertEntry[] =>
    [...log.values()].sort((a, b) => b.raisedMs - a.raisedMs).slice(0, LONGEST);
  const add = (alert: Alert): void => {
    const known = log.get(alert.id);
    if (alert.state === 'cleared' && known?.clearedMs === undefined)
      put({ ...(known ?? entryOf(alert, undefined)), clearedMs: alert.timeMs });
    if (alert.state === 'raised' && known === undefined) put(entryOf(alert, undefined));
  };
  return {
    add,
    addPast(alerts) {
      alerts.forEach((alert) => put(entryOf(alert, alert.clearedAtMs)));
      log = new Map(entries().map((entry) => [entry.id, entry]));
    },
    setActive(alerts, nowMs) {
      alerts.forEach(add);
      const active = new Set(alerts.map(({ id }) => id));
      for (const entry of log.values()) {
        if (entry.clearedMs === undefined && !active.has(entry.id)) put({ ...entry, clearedMs: nowMs });
      }
    },
    entries,
    version: () => version,
  };
}

function entryOf(
  alert: Pick<Alert, 'id' | 'taskId' | 'rule' | 'message' | 'labels' | 'raisedAtMs'>,
  clearedMs: number | undefined,
): AlertEntry {
  const { id, taskId, rule, message, labels, raisedAtMs } = alert;
  return { id, taskId, rule, message, labels, raisedMs: raisedAtMs, clearedMs };
}

/** Puts one entry in place of all alerts of the tasks of a loop. */
export function foldAlerts(
  entries: readonly AlertEntry[],
  loops: Iterable<CrashLoop>,
): readonly AlertEntry[] {
  const loopOf = new Map<string, CrashLoop>();
  for (const loop of loops) loop.taskIds.forEach((taskId) => loopOf.set(taskId, loop));
  const folded = new Set<CrashLoop>();
  return entries.flatMap((entry) => {
    const loop = loopOf.get(entry.taskId);
    if (loop === undefined || entry.rule !== 'crash' || entry.raisedMs < loop.firstMs) return [entry];
    if (folded.has(loop)) return [];
    folded.add(loop);
    return [
      { ...entry, rule: LOOP_RULE, message: loopText(loop), raisedMs: loop.firstMs, clearedMs: undefined },
    ];
  });
}

/** Stands where the rule of an alert does. */
export const LOOP_RULE = 'crash loop';
