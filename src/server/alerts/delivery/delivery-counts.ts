/** What became of the alerts for a receiver since the agent was started. */
export interface ReceiverCounts {
  /** Alerts; those that are sent again count again. */
  readonly delivered: number;
  /** Attempts. */
  readonly failed: number;
  /** Alerts that were refused, or for which the queue had no place. */
  readonly dropped: number;
  /** Why the last attempt failed; absent when it did not. */
  readonly lastFailure?: string;
}

export interface DeliveryCounts {
  delivered(receiver: string, alerts: number): void;
  failed(receiver: string, reason: string): void;
  dropped(receiver: string, alerts: number): void;
  of(receiver: string): ReceiverCounts;
  /** Metrics of all receivers that there were, in the text format of Prometheus. */
  readonly metrics: (isOpenMetrics: boolean) => string;
}

const NONE: ReceiverCounts = { delivered: 0, failed: 0, dropped: 0 };

export function createDeliveryCounts(): DeliveryCounts {
  const counts = new Map<string, ReceiverCounts>();
  const of = (receiver: string): ReceiverCounts => counts.get(receiver) ?? NONE;
  return {
    of,
    delivered(receiver, alerts) {
      const { lastFailure: _over, ...before } = of(receiver);
      counts.set(receiver, { ...before, delivered: before.delivered + alerts });
    },
    failed(receiver, lastFailure) {
      counts.set(receiver, { ...of(receiver), failed: of(receiver).failed + 1, lastFailure });
    },
    dropped(receiver, alerts) {
      counts.set(receiver, { ...of(receiver), dropped: of(receiver).dropped + alerts });
    },
    metrics: (isOpenMetrics) =>
      counts.size === 0 ? '' : FAMILIES.map((family) => familyText(family, counts, isOpenMetrics)).join(''),
  };
}

type Family = readonly [name: string, help: string, field: 'delivered' | 'failed' | 'dropped'];

const FAMILIES: readonly Family[] = [
  ['rkt_streams_alerts_delivered', 'Alerts that a receiver has got.', 'delivered'],
  ['rkt_streams_alert_delivery_failures', 'Attempts to deliver alerts that failed.', 'failed'],
  [
    'rkt_streams_alerts_dropped',
    'Alerts that a receiver refused, or that did not fit into its queue.',
    'dropped',
  ],
];

function familyText(
  [name, help, field]: Family,
  counts: ReadonlyMap<string, ReceiverCounts>,
  isOpenMetrics: boolean,
): string {
  const declared = isOpenMetrics ? name : `${name}_total`;
  const lines = [...counts].map(
    ([receiver, values]) => `${name}_total{receiver="${receiver}"} ${values[field]}\n`,
  );
  return `# HELP ${declared} ${help}\n# TYPE ${declared} counter\n${lines.join('')}`;
}
