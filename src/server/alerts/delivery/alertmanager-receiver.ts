import type { Alert } from '../alert.ts';
import type { AlertReceiver } from './alert-receiver.ts';
import { postTo } from './http-post.ts';
import { openTarget, type AlertmanagerConfig } from './receiver-config.ts';

/** An alert goes on in Alertmanager until so many times of sending it again have failed. */
const MISSED_SENDS = 4;

/**
 * Sends alerts to Alertmanager by its API v2, and active ones again and again, as Prometheus does.
 *
 * @throws RKT_ERR_OPTIONS for a secret that cannot be read
 */
export function alertmanagerReceiver(config: AlertmanagerConfig, nowMs = Date.now): AlertReceiver {
  const { resendMs, minFiringMs } = config;
  const { url, headers } = openTarget(config);
  const target = { url: alertsUrl(url), headers };
  const bodyOf = ({ state, labels, message, value, threshold, raisedAtMs, timeMs }: Alert): object => {
    const endsAtMs =
      state === 'raised' ? nowMs() + MISSED_SENDS * resendMs : Math.max(timeMs, raisedAtMs + minFiringMs);
    return {
      labels,
      annotations: { summary: message, value: String(value), threshold: String(threshold) },
      startsAt: new Date(raisedAtMs).toISOString(),
      endsAt: new Date(endsAtMs).toISOString(),
    };
  };
  return {
    maxAlerts: 200,
    resendMs,
    send(alerts, signal) {
      // Of an alert that has begun and ended meanwhile, the end says both.
      const latest = [...new Map(alerts.map((alert) => [alert.id, alert])).values()];
      const body = JSON.stringify(latest.map(bodyOf));
      return postTo(target, { contentType: 'application/json', body }, signal);
    },
  };
}

/** `/api/v2/alerts` below the URL, which may have a prefix. */
function alertsUrl(base: URL): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '').replace(/\/api\/v2(?:\/alerts)?$/, '')}/api/v2/alerts`;
  return url;
}
