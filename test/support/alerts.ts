import type { Alert } from '../../src/server/alerts/alert.ts';

/** A crash of web that was raised. */
export function anAlert(more: Partial<Alert> = {}): Alert {
  const { taskId = 'web', rule = 'crash', timeMs = 5 } = more;
  return {
    id: `${taskId} ${rule}`,
    taskId,
    rule,
    state: 'raised',
    value: 1,
    threshold: 1,
    timeMs,
    raisedAtMs: timeMs,
    labels: { alertname: rule, task_id: taskId },
    message: 'too much',
    ...more,
  };
}
