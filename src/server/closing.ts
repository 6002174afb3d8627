/** The end of a server. */
export interface Closing {
  /** Aborts when the server begins to close. */
  readonly signal: AbortSignal;
  /** The server waits for it when it closes. */
  readonly atClose: (close: () => Promise<void>) => void;
  readonly end: () => Promise<void>;
}

export function createClosing(): Closing {
  const controller = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  return {
    signal: controller.signal,
    atClose: (close) => void closers.push(close),
    async end() {
      controller.abort();
      await Promise.all(closers.splice(0).map((close) => close()));
    },
  };
}
