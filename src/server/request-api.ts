import type { RequestListener } from 'node:http';

import type { Via } from './sse/stream-readers.ts';

/** What answers requests. */
export interface Api {
  listener(via: Via): RequestListener;
  /** Answers a request that another server passes on. */
  fetch(request: Request): Promise<Response>;
}
