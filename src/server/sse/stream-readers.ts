import { timer, type SchedulerLike, type Subscription } from 'rxjs';

import { RktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import type { ServerLimits } from '../options.ts';

/**
 * How a request has arrived. The unix socket belongs to the owner of the agent alone, and needs no token. What is `mounted`
 * was accepted by another server, and passed on.
 */
export type Via = 'tcp' | 'unix' | 'mounted';

/** The readers of endless streams of any kind. */
export interface StreamReader {
  /** Since when it has taken nothing of what was written; undefined while it does. */
  readonly blockedSinceMs: number | undefined;
  heartbeat(): void;
  end(): void;
  destroy(): void;
}

/** All readers of streams: no more of them than the limit, and none that takes nothing. */
export interface StreamReaders {
  readonly size: number;
  readonly cutOff: number;
  /** @throws RKT_ERR_AGENT_BUSY when there are as many as there may be by this way */
  check(via: Via): void;
  add(reader: StreamReader): void;
  delete(reader: StreamReader): boolean;
  close(): void;
}

/** The part reserved for the unix socket, so that its owner always has access. */
const RESERVED_SHARE = 1 / 8;

export interface StreamReadersDeps {
  readonly limits: ServerLimits;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
}

export function createStreamReaders({ limits, logger, scheduler }: StreamReadersDeps): StreamReaders {
  const readers = new Set<StreamReader>();
  const overTcp = limits.streams - Math.floor(limits.streams * RESERVED_SHARE);
  let heartbeat: Subscription | undefined;
  let cutOff = 0;

  const visit = (): void => {
    const nowMs = scheduler.now();
    for (const reader of readers) {
      const blockedMs = nowMs - (reader.blockedSinceMs ?? nowMs);
      if (blockedMs < limits.stallTimeoutMs) reader.heartbeat();
      else {
        cutOff += 1;
        logger.warn({ blockedMs }, 'disconnected a stream client that does not read');
        reader.destroy();
      }
    }
  };
  return {
    get size() {
      return readers.size;
    },
    get cutOff() {
      return cutOff;
    },
    check(via) {
      if (readers.size < (via === 'unix' ? limits.streams : overTcp)) return;
      throw new RktError('RKT_ERR_AGENT_BUSY', `${readers.size} clients read streams already`);
    },
    add(reader) {
      readers.add(reader);
      heartbeat ??= timer(limits.heartbeatMs, limits.heartbeatMs, scheduler).subscribe({
        next: visit,
        error: (error: unknown) => logger.error({ error }, 'the heartbeat of the streams failed'),
      });
    },
    delete(reader) {
      const wasThere = readers.delete(reader);
      if (readers.size > 0) return wasThere;
      heartbeat?.unsubscribe();
      heartbeat = undefined;
      return wasThere;
    },
    close() {
      heartbeat?.unsubscribe();
      readers.forEach((reader) => reader.end());
    },
  };
}
