import type { RequestListener } from 'node:http';

import type { UpgradeListener } from './exec/exec-upgrades.ts';
import type { Via } from './sse/stream-readers.ts';

/** What answers requests. */
export interface Api {
  listener(via: Via): RequestListener;
  /** Takes the connections that become WebSockets. */
  upgrades(via: Via): UpgradeListener;
  /** Answers a request that another server passes on. */
  fetch(request: Request): Promise<Response>;
}
