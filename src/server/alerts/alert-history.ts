import type { RecordedDocument } from '../../drivers/recorded/recorded-document.ts';
import type { RecordedAlert } from '../../drivers/recorded/recorded-alert.ts';
import type { Alert } from './alert.ts';

/** An alert from its begin to its end. */
export interface PastAlert extends Omit<Alert, 'timeMs'> {
  /** Absent while it has not ended. */
  readonly clearedAtMs?: number;
}

/** Which alerts of the past are listed. */
export interface PastAlertFilter {
  readonly taskId?: string | undefined;
  /** Raised or cleared at this time or later. */
  readonly sinceMs?: number | undefined;
  readonly limit: number;
}

/** The latest alerts, ended or not. */
export interface AlertHistory {
  add(alert: Alert): void;
  /** Newest first. */
  list(filter: PastAlertFilter): readonly PastAlert[];
  has(id: string): boolean;
  /** Those that have not ended, as they were raised. */
  readonly active: () => readonly Alert[];
  readonly wasRaised: (taskId: string, rule: string, sinceMs: number) => boolean;
}

/** Alerts beyond this many are forgotten, the oldest first. */
const MAX_ALERTS = 2_000;

/** @param recorded what earlier agents have written, oldest first */
export function createAlertHistory(recorded: readonly RecordedDocument[] = []): AlertHistory {
  const raised = new Map<string, Alert>();
  const cleared = new Map<string, number>();
  const add = (alert: Alert): void => {
    if (alert.state === 'cleared') cleared.set(alert.id, alert.timeMs);
    // The value of the begin says more than that of the end.
    if (!raised.has(alert.id)) raised.set(alert.id, { ...alert, state: 'raised', timeMs: alert.raisedAtMs });
    for (const id of raised.keys()) {
      if (raised.size <= MAX_ALERTS) break;
      raised.delete(id);
      cleared.delete(id);
    }
  };
  for (const document of recorded) if (document.kind === 'alert') add(alertOf(document.value));
  return {
    add,
    list({ taskId, sinceMs = -Infinity, limit }) {
      const all = [...raised.values()].map((alert) => pastOf(alert, cleared.get(alert.id)));
      const wanted = all.filter(
        (alert) =>
          (taskId === undefined || alert.taskId === taskId) && (alert.clearedAtMs ?? Infinity) >= sinceMs,
      );
      return wanted.sort((a, b) => b.raisedAtMs - a.raisedAtMs).slice(0, limit);
    },
    has: (id) => raised.has(id),
    active: () => [...raised.values()].filter(({ id }) => !cleared.has(id)),
    wasRaised: (taskId, rule, sinceMs) =>
      [...raised.values()].some(
        (alert) => alert.taskId === taskId && alert.rule === rule && alert.raisedAtMs >= sinceMs,
      ),
  };
}

/** An alert as it was recorded; recordings of earlier versions have no ids. */
export function alertOf(recorded: RecordedAlert): Alert {
  const { taskId, rule, timeMs } = recorded;
  const { id = `${taskId} ${rule}`, raisedAtMs = timeMs, labels = {} } = recorded;
  return { ...recorded, id, raisedAtMs, labels };
}

function pastOf({ timeMs: _time, ...alert }: Alert, clearedAtMs: number | undefined): PastAlert {
  return clearedAtMs === undefined ? alert : { ...alert, state: 'cleared', clearedAtMs };
}
