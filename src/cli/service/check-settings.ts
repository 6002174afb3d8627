import { parseAlertConfig } from '../../server/alerts/alert-rules.ts';
import { openTarget } from '../../server/alerts/delivery/receiver-config.ts';
import { loadTls } from '../../server/tls-files.ts';
import type { AgentSettings } from '../agent/agent-settings.ts';

/**
 * Checks what an agent checks only when it starts: rules and receivers of alerts with the files of their secrets, the certificate.
 *
 * @throws RKT_ERR_OPTIONS, RKT_ERR_TLS
 */
export function checkSettings({ alerts, tls }: AgentSettings): void {
  for (const receiver of parseAlertConfig(alerts).receivers)
    if (receiver.type !== 'command') openTarget(receiver);
  if (tls !== undefined) loadTls(tls);
}
