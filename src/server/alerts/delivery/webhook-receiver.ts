import { RktError } from '../../../model/rkt-error.ts';
import { parseJsonTemplate, parsePlainTemplate } from '../../../model/go-template.ts';
import type { Alert } from '../alert.ts';
import { alertMessage } from './alert-message.ts';
import { postTo } from './http-post.ts';
import { openTarget, type WebhookConfig } from './receiver-config.ts';
import type { AlertReceiver } from './alert-receiver.ts';

/** Stands for any alert when a template is checked. */
const EXAMPLE: Alert = {
  id: 'id',
  taskId: 'task "1"',
  rule: 'crash',
  state: 'raised',
  value: 1,
  threshold: 1,
  timeMs: 1,
  raisedAtMs: 1,
  labels: {},
  message: 'line\n"quoted"',
};

/**
 * Sends alerts as JSON, or as its template prints them.
 *
 * @throws RKT_ERR_OPTIONS for a secret that cannot be read, and a template that prints no JSON where JSON is sent
 */
export function webhookReceiver(config: WebhookConfig): AlertReceiver {
  const { name, contentType, maxAlerts } = config;
  const target = openTarget(config);
  const print = printer(config);
  return {
    maxAlerts,
    send: (alerts, signal) =>
      postTo(target, { contentType, body: print(alertMessage(name, alerts), alerts[0]) }, signal),
  };
}

type Print = (message: object, alert: Alert | undefined) => string;

function printer({ name, template, contentType }: WebhookConfig): Print {
  if (template === undefined) return (message) => JSON.stringify(message);
  const what = `alerts.receivers: ${JSON.stringify(name)}: template`;
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
  const parsed = isJson ? parseJsonTemplate(template, what) : parsePlainTemplate(template, what);
  const print: Print = (message, alert) => parsed({ ...message, alert });
  const example = print(alertMessage(name, [EXAMPLE]), EXAMPLE);
  if (isJson) checkJson(example, what);
  return print;
}

function checkJson(text: string, what: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new RktError('RKT_ERR_OPTIONS', `${what}: it does not print JSON, which its contentType promises`);
  }
}
