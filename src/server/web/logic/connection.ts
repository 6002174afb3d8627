/** How the page stands to the agent. */
export type ConnectionState = 'connecting' | 'live' | 'stale' | 'lost';

export interface Connection {
  opened(nowMs: number): void;
  received(nowMs: number): void;
  failed(): void;
  state(nowMs: number): ConnectionState;
  /** While the agent is away: when it last was not. What is shown is of that time. */
  asOfMs(nowMs: number): number | undefined;
  isOpen(): boolean;
}

/** Data arrives every second: silence for this long means that something hangs. */
export const STALE_AFTER_MS = 5_000;

export function createConnection(): Connection {
  let isOpen = false;
  let wasOpen = false;
  let lastMs = 0;
  const state = (nowMs: number): ConnectionState => {
    if (!isOpen) return wasOpen ? 'lost' : 'connecting';
    return nowMs - lastMs > STALE_AFTER_MS ? 'stale' : 'live';
  };
  return {
    opened(nowMs) {
      isOpen = true;
      wasOpen = true;
      lastMs = nowMs;
    },
    received(nowMs) {
      lastMs = nowMs;
    },
    failed() {
      isOpen = false;
    },
    state,
    asOfMs(nowMs) {
      const now = state(nowMs);
      return now === 'lost' || now === 'stale' ? lastMs : undefined;
    },
    isOpen: () => isOpen,
  };
}
