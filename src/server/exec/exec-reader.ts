import type { WebSocket } from 'ws';

import type { StreamReader } from '../sse/stream-readers.ts';

/** The code of RFC 6455 for an end that the agent decides. */
const GOING_AWAY = 1_001;
/** How long the client gets to confirm it. */
const CLOSE_GRACE_MS = 500;

/** The client of an exec as one of the readers of streams. */
export interface ExecReader extends StreamReader {
  /** Nothing more is sent: the client closes the connection when it has read everything. */
  hasEnded(): void;
}

/** A client that reads slowly still responds to pings; one that is gone does not, or does not close what has ended. */
export function execReader(
  socket: WebSocket,
  { alive, kill }: { readonly alive: () => void; readonly kill: () => void },
): ExecReader {
  let silentSinceMs: number | undefined;
  let isOver = false;
  socket.on('pong', () => {
    if (!isOver) silentSinceMs = undefined;
  });
  return {
    get blockedSinceMs() {
      return silentSinceMs;
    },
    hasEnded() {
      isOver = true;
      silentSinceMs ??= Date.now();
    },
    heartbeat() {
      silentSinceMs ??= Date.now();
      alive();
      if (socket.readyState === socket.OPEN) socket.ping();
    },
    end() {
      kill();
      socket.close(GOING_AWAY);
      const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
      socket.once('close', () => clearTimeout(timer));
    },
    destroy: () => socket.terminate(),
  };
}
