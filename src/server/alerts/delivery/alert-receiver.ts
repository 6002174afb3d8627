import type { Alert } from '../alert.ts';

/** One way to deliver alerts. */
export interface AlertReceiver {
  /** The most alerts of one call. */
  readonly maxAlerts: number;
  /** How often all active alerts are sent again; never when absent. */
  readonly resendMs?: number;
  /** Delivers alerts, oldest first; ends early when the signal aborts. @throws DeliveryError */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<void>;
}
