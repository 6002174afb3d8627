import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from '../../../model/logger.ts';
import { reasonOf } from '../../../model/reason-of.ts';
import type { Alert } from '../alert.ts';
import type { AlertOutbox, Notification } from './alert-outbox.ts';
import type { AlertReceiver } from './alert-receiver.ts';
import { DeliveryError } from './delivery-error.ts';
import type { DeliveryCounts } from './delivery-counts.ts';

/** Delivers to one receiver, in order, until it is closed. */
export interface DeliveryLoop {
  /** There may be something to deliver. */
  readonly wake: () => void;
  /** Ends; what is being sent gets a moment to be done. */
  close(): Promise<void>;
}

export interface DeliveryLoopDeps {
  readonly name: string;
  readonly receiver: AlertReceiver;
  readonly groupMs: number;
  readonly timeoutMs: number;
  readonly isWanted: (alert: Alert) => boolean;
  readonly outbox: AlertOutbox;
  /** Active alerts to be sent again. */
  readonly active: () => readonly Alert[];
  readonly counts: DeliveryCounts;
  readonly logger: Logger;
  readonly backoffMs?: (failures: number) => number;
}

const CLOSE_MS = 1_000;
/** Of a timer of Node. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 300_000;

/** Doubles with each failure, with jitter: receivers of many agents are not called at once when they are there again. */
function jittered(failures: number): number {
  const most = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 20));
  return most * (0.5 + Math.random() / 2);
}

export function startDelivery(deps: DeliveryLoopDeps): DeliveryLoop {
  const { name, receiver, groupMs, outbox, counts, logger } = deps;
  const closing = new AbortController();
  const ending = new AbortController();
  const waits = createWaits(closing.signal);
  const attempts = createAttempts(deps, { ending: ending.signal, pause: waits.pause });

  const deliver = async (): Promise<void> => {
    const batch = batchOf(outbox.pending(name), receiver.maxAlerts, deps.isWanted);
    const alerts = batch.map(({ alert }) => alert).filter(deps.isWanted);
    if (alerts.length > 0 && !(await attempts.send(alerts, 'info'))) return;
    const last = batch.at(-1);
    if (last !== undefined) await outbox.done(name, last.seq);
  };
  const resend = async (): Promise<boolean> => {
    const active = deps.active().filter(deps.isWanted).slice(-receiver.maxAlerts);
    return active.length === 0 || attempts.send(active, 'debug');
  };
  const run = async (): Promise<void> => {
    let resendAtMs = receiver.resendMs === undefined ? Infinity : 0;
    while (!closing.signal.aborted) {
      counts.dropped(name, outbox.takeDropped(name));
      if (outbox.pending(name).length > 0) {
        if (!attempts.isFailing()) await waits.pause(groupMs);
        await deliver();
      } else if (performance.now() >= resendAtMs) {
        if (await resend()) resendAtMs = performance.now() + (receiver.resendMs ?? 0);
      } else await waits.idle(resendAtMs - performance.now());
    }
  };
  const running = run().catch((error: unknown) => {
    logger.error({ err: error, receiver: name }, 'alerts are no longer delivered');
  });
  return {
    wake: waits.wake,
    async close() {
      closing.abort();
      const timer = setTimeout(() => ending.abort(), CLOSE_MS);
      await running;
      clearTimeout(timer);
    },
  };
}

interface Waits {
  readonly pause: (ms: number) => Promise<void>;
  /** Until it is woken, closed, or the time is over. */
  readonly idle: (ms: number) => Promise<void>;
  readonly wake: () => void;
}

function createWaits(closed: AbortSignal): Waits {
  let wake: () => void = () => undefined;
  const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
    delay(Math.min(ms, LONGEST_DELAY_MS), undefined, { signal }).catch(() => undefined);
  return {
    pause: (ms) => waitFor(ms, closed),
    async idle(ms) {
      const timer = new AbortController();
      const woken = new Promise<void>((resolve) => (wake = resolve));
      await Promise.race([woken, waitFor(ms, AbortSignal.any([timer.signal, closed]))]);
      timer.abort();
    },
    wake: () => wake(),
  };
}

interface Attempts {
  /** True when nothing is left to do for these alerts; a failure waits before it returns false. */
  readonly send: (alerts: readonly Alert[], level: 'info' | 'debug') => Promise<boolean>;
  readonly isFailing: () => boolean;
}

function createAttempts(
  { name, receiver, timeoutMs, counts, logger, backoffMs = jittered }: DeliveryLoopDeps,
  { ending, pause }: { readonly ending: AbortSignal; readonly pause: Waits['pause'] },
): Attempts {
  let failures = 0;
  const failed = async (error: unknown): Promise<boolean> => {
    failures += 1;
    counts.failed(name, reasonOf(error));
    const retryAfterMs = error instanceof DeliveryError ? error.retryAfterMs : undefined;
    const waitMs = Math.round(Math.max(backoffMs(failures), retryAfterMs ?? 0));
    logger.warn({ receiver: name, reason: reasonOf(error), failures, waitMs }, 'alerts were not delivered');
    await pause(waitMs);
    return false;
  };
  return {
    isFailing: () => failures > 0,
    async send(alerts, level) {
      try {
        await receiver.send(alerts, AbortSignal.any([ending, AbortSignal.timeout(timeoutMs)]));
      } catch (error) {
        if (ending.aborted) return false;
        if (!(error instanceof DeliveryError && error.isFinal)) return failed(error);
        counts.failed(name, error.message);
        counts.dropped(name, alerts.length);
        logger.error({ receiver: name, reason: error.message, alerts: alerts.length }, 'alerts were refused');
        return true;
      }
      if (failures > 0) logger.info({ receiver: name, failures }, 'alerts are delivered again');
      failures = 0;
      counts.delivered(name, alerts.length);
      logger[level]({ receiver: name, ids: alerts.map(({ id }) => id) }, 'Alerts delivered');
      return true;
    },
  };
}

/** As many as one call may have; those that are not wanted do not count. */
function batchOf(
  pending: readonly Notification[],
  maxAlerts: number,
  isWanted: (alert: Alert) => boolean,
): readonly Notification[] {
  const batch: Notification[] = [];
  let wanted = 0;
  for (const notification of pending) {
    if (isWanted(notification.alert)) wanted += 1;
    if (wanted > maxAlerts) break;
    batch.push(notification);
  }
  return batch;
}
