import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A request that a receiver got. */
export interface ReceivedAlerts {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks. */
export interface AlertReceiverServer {
  readonly url: string;
  readonly received: readonly ReceivedAlerts[];
  /** The alerts of all default bodies that were answered with success: `STATE RULE TASK`. */
  delivered(): readonly string[];
  /** How it answers from now on: with a status, or not at all. */
  answer(how: number | 'never', headers?: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

interface Body {
  readonly alerts?: readonly { readonly state: string; readonly rule: string; readonly taskId: string }[];
}

export async function openAlertReceiver(port = 0): Promise<AlertReceiverServer> {
  const received: ReceivedAlerts[] = [];
  const delivered: string[] = [];
  const held = new Set<ServerResponse>();
  let how: number | 'never' = 200;
  let extra: Readonly<Record<string, string>> = {};
  const server = createServer((request, response) => {
    void text(request).then(
      (body) => {
        received.push({ path: request.url ?? '', headers: request.headers, body });
        if (how === 'never') {
          held.add(response);
          return;
        }
        if (how === 200) {
          const { alerts = [] } = JSON.parse(body) as Body;
          delivered.push(...alerts.map(({ state, rule, taskId }) => `${state} ${rule} ${taskId}`));
        }
        response.writeHead(how, extra).end('ok');
      },
      () => undefined,
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    delivered: () => delivered,
    answer(next, headers = {}) {
      how = next;
      extra = headers;
    },
    async close() {
      held.forEach((response) => response.destroy());
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
