import type { SseClient } from './sse-client.ts';

/** A turn of the event loop may write to clients for so long. */
const TURN_MS = 4;

/** Lets clients write, a few in each turn of the event loop. */
export interface FanOut {
  add(client: SseClient): void;
  remove(client: SseClient): void;
}

/**
 * A socket copies written data immediately, into the kernel and on loopback into the reader's buffer: 100 clients
 * with half a megabyte each would block all others for a tenth of a second.
 */
export function createFanOut(
  later: (work: () => void) => void = setImmediate,
  nowMs: () => number = () => performance.now(),
): FanOut {
  const due = new Set<SseClient>();
  let isScheduled = false;
  const turn = (): void => {
    isScheduled = false;
    const endMs = nowMs() + TURN_MS;
    for (const client of due) {
      due.delete(client);
      client.flush();
      if (nowMs() >= endMs) break;
    }
    if (due.size > 0) schedule();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    later(turn);
  };
  return {
    add(client) {
      due.add(client);
      schedule();
    },
    remove: (client) => due.delete(client),
  };
}
