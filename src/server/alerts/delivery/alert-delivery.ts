import { isMatched } from '../../../model/alert-matcher.ts';
import type { Logger } from '../../../model/logger.ts';
import type { AlertJournal } from '../alert-journal.ts';
import type { Alert } from '../alert.ts';
import type { Silences } from '../silences.ts';
import { createAlertOutbox, type Notification } from './alert-outbox.ts';
import type { AlertReceiver } from './alert-receiver.ts';
import { alertmanagerReceiver } from './alertmanager-receiver.ts';
import { commandReceiver } from './command-receiver.ts';
import { createDeliveryCounts, type DeliveryCounts, type ReceiverCounts } from './delivery-counts.ts';
import { startDelivery, type DeliveryLoop, type DeliveryLoopDeps } from './delivery-loop.ts';
import type { ReceiverConfig } from './receiver-config.ts';
import { webhookReceiver } from './webhook-receiver.ts';

/** A receiver as it is listed: without its address. */
export interface ListedReceiver extends ReceiverCounts {
  readonly name: string;
  readonly type: ReceiverConfig['type'];
  /** Alerts that wait to be delivered. */
  readonly pending: number;
}

/** Delivers alerts to the receivers of the configuration. */
export interface AlertDelivery {
  /** Writes an alert with its notification, and delivers it. */
  readonly take: (alert: Alert) => void;
  /** Opens receivers, for {@link AlertDelivery.use}. @throws RKT_ERR_OPTIONS, and then nothing has changed */
  readonly open: (configs: readonly ReceiverConfig[]) => readonly ReadyReceiver[];
  readonly use: (receivers: readonly ReadyReceiver[]) => void;
  /** Notifies of active alerts of which receivers were not notified: a silence has ended, or a receiver is new. */
  readonly notifyActive: () => void;
  readonly list: () => readonly ListedReceiver[];
  readonly metrics: DeliveryCounts['metrics'];
  readonly close: () => Promise<void>;
}

/** A receiver whose secrets were read. */
export interface ReadyReceiver {
  readonly config: ReceiverConfig;
  readonly receiver: AlertReceiver;
}

export interface AlertDeliveryDeps {
  readonly journal: AlertJournal;
  readonly silences: Pick<Silences, 'silencedBy'>;
  readonly active: () => readonly Alert[];
  readonly logger: Logger;
  readonly backoffMs?: (failures: number) => number;
}

export function createAlertDelivery(deps: AlertDeliveryDeps): AlertDelivery {
  const { journal, silences, logger } = deps;
  const outbox = createAlertOutbox(journal);
  const counts = createDeliveryCounts();
  let loops: readonly DeliveryLoop[] = [];
  let configs: readonly ReceiverConfig[] = [];
  let closing: Promise<unknown> = Promise.resolve();
  const isSilenced = ({ labels }: Alert): boolean => silences.silencedBy(labels).length > 0;
  const publish = (notifications: readonly Notification[]): void => {
    if (notifications.length === 0) return;
    outbox.publish(notifications);
    loops.forEach(({ wake }) => wake());
  };
  const start = (ready: ReadyReceiver): DeliveryLoop =>
    startReceiver(ready, {
      ...{ outbox, counts, logger },
      active: () => outbox.notified().filter((alert) => !isSilenced(alert)),
      ...(deps.backoffMs !== undefined && { backoffMs: deps.backoffMs }),
    });
  const notifyActive = (): void => {
    const notifications = deps.active().flatMap((alert) => outbox.take(alert, isSilenced(alert)));
    if (notifications.length > 0)
      void journal.append(notifications.map(outbox.documentOf)).then(() => publish(notifications));
  };
  const stop = (): Promise<unknown> => {
    closing = Promise.all([closing, ...loops.map((loop) => loop.close())]);
    loops = [];
    return closing;
  };
  return {
    take(alert) {
      const notifications = outbox.take(alert, isSilenced(alert));
      const document = { kind: 'alert', timeMs: alert.timeMs, value: alert } as const;
      // One block: no alert is written without its notification.
      const written = journal.append([document, ...notifications.map(outbox.documentOf)]);
      void written.then(() => publish(notifications));
    },
    open: (next) => next.map((config) => ({ config, receiver: receiverOf(config) })),
    use(receivers) {
      configs = receivers.map(({ config }) => config);
      outbox.setReceivers(configs.map(({ name }) => name));
      // The old ones end first: none gets an alert from both.
      void stop().then(() => {
        if (receivers.every(({ config }, index) => config === configs[index])) loops = receivers.map(start);
      });
      notifyActive();
    },
    notifyActive,
    list: () =>
      configs.map(({ name, type }) => ({
        ...{ name, type, pending: outbox.pending(name).length },
        ...counts.of(name),
      })),
    metrics: counts.metrics,
    async close() {
      configs = [];
      await stop();
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}

function startReceiver(
  { config, receiver }: ReadyReceiver,
  shared: Pick<DeliveryLoopDeps, 'outbox' | 'counts' | 'logger' | 'active' | 'backoffMs'>,
): DeliveryLoop {
  const { name, match, sendCleared, groupMs, timeoutMs } = config;
  return startDelivery({
    ...{ ...shared, name, receiver, groupMs, timeoutMs },
    isWanted: ({ labels, state }) => isMatched(match, labels) && (sendCleared || state === 'raised'),
  });
}

function receiverOf(config: ReceiverConfig): AlertReceiver {
  switch (config.type) {
    case 'webhook':
      return webhookReceiver(config);
    case 'alertmanager':
      return alertmanagerReceiver(config);
    case 'command':
      return commandReceiver(config);
  }
}
