import type { RecordedDocument } from '../../../drivers/recorded/recorded-document.ts';
import { alertOf } from '../alert-history.ts';
import type { AlertJournal } from '../alert-journal.ts';
import type { Alert } from '../alert.ts';

/** An alert that begins or ends, for receivers. */
export interface Notification {
  /** In order, without end over restarts. */
  readonly seq: number;
  readonly alert: Alert;
}

/** Which notifications each receiver has still to get; on disk, so that none is lost with the agent. */
export interface AlertOutbox {
  /** The documents of a notification about an alert, to be written with it; none when it is not to be delivered. */
  take(alert: Alert, isSilenced: boolean): readonly Notification[];
  /** Makes notifications that were written visible to receivers. */
  publish(notifications: readonly Notification[]): void;
  readonly documentOf: (notification: Notification) => RecordedDocument;
  /** Whether receivers have been notified that an alert is active. */
  isNotified(id: string): boolean;
  /** Active alerts of which receivers were notified. */
  notified(): readonly Alert[];
  /** Receivers that are new get what comes from now on. */
  setReceivers(names: readonly string[]): void;
  /** Oldest first. */
  pending(receiver: string): readonly Notification[];
  /** A receiver has everything up to a number. */
  done(receiver: string, seq: number): Promise<void>;
  /** Notifications that a receiver has missed since the last call, because too many were pending. */
  takeDropped(receiver: string): number;
}

/** Notifications that wait; beyond these the oldest are dropped. */
const MAX_PENDING = 1_000;

export function createAlertOutbox(journal: AlertJournal, nowMs: () => number = Date.now): AlertOutbox {
  const restored = restore(journal.recorded ?? []);
  const { positions, notified } = restored;
  let queue = restored.queue;
  let nextSeq = restored.lastSeq + 1;
  const dropped = new Map<string, number>();

  const documentOf = (value: Notification): RecordedDocument => ({
    ...{ kind: 'notification', timeMs: nowMs() },
    value,
  });
  const positionDocument = (receiver: string, seq: number): RecordedDocument => ({
    ...{ kind: 'delivered', timeMs: nowMs() },
    value: { receiver, seq },
  });
  const prune = (): void => {
    queue = withinLimit(pruned(queue, positions), positions, dropped);
  };
  journal.keep(() => [
    ...[...new Set([...notified.values(), ...queue])].map(documentOf),
    ...[...positions].map(([receiver, seq]) => positionDocument(receiver, seq)),
  ]);
  return {
    documentOf,
    take(alert, isSilenced) {
      const isKnown = notified.has(alert.id);
      const isWanted = alert.state === 'raised' ? !isKnown && !isSilenced && positions.size > 0 : isKnown;
      if (!isWanted) return [];
      const notification = { seq: nextSeq, alert };
      nextSeq += 1;
      if (alert.state === 'raised') notified.set(alert.id, notification);
      else notified.delete(alert.id);
      return [notification];
    },
    publish(notifications) {
      queue = [...queue, ...notifications];
      prune();
    },
    isNotified: (id) => notified.has(id),
    notified: () => [...notified.values()].map(({ alert }) => alert),
    setReceivers(names) {
      for (const name of [...positions.keys()]) if (!names.includes(name)) positions.delete(name);
      const added = names.filter((name) => !positions.has(name));
      added.forEach((name) => positions.set(name, nextSeq - 1));
      void journal.append(added.map((name) => positionDocument(name, nextSeq - 1)));
      prune();
    },
    pending: (receiver) => queue.filter(({ seq }) => seq > (positions.get(receiver) ?? Infinity)),
    async done(receiver, seq) {
      if (!positions.has(receiver)) return;
      positions.set(receiver, seq);
      prune();
      await journal.append([positionDocument(receiver, seq)]);
    },
    takeDropped(receiver) {
      const count = dropped.get(receiver) ?? 0;
      dropped.delete(receiver);
      return count;
    },
  };
}

/** Without what all receivers have. */
function pruned(
  queue: readonly Notification[],
  positions: ReadonlyMap<string, number>,
): readonly Notification[] {
  const least = Math.min(...positions.values(), Infinity);
  return queue.filter(({ seq }) => seq > least);
}

/** Drops the oldest, and counts them for the receivers that did not get them. */
function withinLimit(
  queue: readonly Notification[],
  positions: Map<string, number>,
  dropped: Map<string, number>,
): readonly Notification[] {
  for (const { seq } of queue.slice(0, Math.max(0, queue.length - MAX_PENDING))) {
    for (const [receiver, position] of positions) {
      if (position >= seq) continue;
      positions.set(receiver, seq);
      dropped.set(receiver, (dropped.get(receiver) ?? 0) + 1);
    }
  }
  return queue.slice(-MAX_PENDING);
}

interface Restored {
  readonly queue: readonly Notification[];
  /** The last number that each receiver has. */
  readonly positions: Map<string, number>;
  readonly notified: Map<string, Notification>;
  readonly lastSeq: number;
}

function restore(recorded: readonly RecordedDocument[]): Restored {
  const bySeq = new Map<number, Notification>();
  const positions = new Map<string, number>();
  const notified = new Map<string, Notification>();
  for (const { kind, value } of recorded) {
    if (kind === 'notification') bySeq.set(value.seq, { seq: value.seq, alert: alertOf(value.alert) });
    if (kind === 'delivered') positions.set(value.receiver, value.seq);
  }
  const all = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  for (const notification of all) {
    if (notification.alert.state === 'raised') notified.set(notification.alert.id, notification);
    else notified.delete(notification.alert.id);
  }
  const lastSeq = Math.max(0, all.at(-1)?.seq ?? 0, ...positions.values());
  return { queue: pruned(all, positions), positions, notified, lastSeq };
}
