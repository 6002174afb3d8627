import { hostname } from 'node:os';

import type { Alert } from '../alert.ts';

/** What a webhook sends without a template, and what a template prints; `alert`, the first one, is for templates alone. */
export interface AlertMessage {
  readonly version: '1';
  readonly receiver: string;
  readonly host: string;
  /** `raised` when one of the alerts is. */
  readonly status: Alert['state'];
  readonly count: number;
  /** One line. */
  readonly title: string;
  /** A line for each alert. */
  readonly text: string;
  readonly alerts: readonly Alert[];
}

export function alertMessage(receiver: string, alerts: readonly Alert[]): AlertMessage {
  const raised = alerts.filter(({ state }) => state === 'raised').length;
  const [first] = alerts;
  const host = hostname();
  const counts = [
    ...(raised > 0 ? [`${raised} raised`] : []),
    ...(raised < alerts.length ? [`${alerts.length - raised} cleared`] : []),
  ];
  const title =
    alerts.length === 1 && first !== undefined
      ? `${nameOf(first)} on ${host}`
      : `${alerts.length} alerts on ${host}: ${counts.join(', ')}`;
  return {
    version: '1',
    receiver,
    host,
    status: raised > 0 ? 'raised' : 'cleared',
    count: alerts.length,
    title,
    text: alerts.map((alert) => `${nameOf(alert)}: ${alert.message}`).join('\n'),
    alerts,
  };
}

function nameOf({ state, rule, taskId, labels }: Alert): string {
  const { job } = labels;
  return `[${state.toUpperCase()}] ${rule} of ${taskId}${job === undefined ? '' : ` (job ${job})`}`;
}
