/** SIGINT, SIGTERM and SIGHUP, and a reader of stdout that went away, as one thing to stop for. */
export interface Interrupt {
  /** Aborts at the first of them. */
  readonly signal: AbortSignal;
  /** The signal that came first; undefined while none has come. */
  received(): NodeJS.Signals | undefined;
  /** How many have come. */
  count(): number;
  /** Called for every signal, the first one included. Returns how to stop listening. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  dispose(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A pipe whose reader went away, and a terminal that was closed. */
const NOBODY_READS: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  let first: NodeJS.Signals | undefined;
  let arrivals = 0;
  const arrived = (signal: NodeJS.Signals): void => {
    first ??= signal;
    arrivals += 1;
    controller.abort();
    listeners.forEach((listener) => listener(signal));
  };
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (!NOBODY_READS.has(error.code)) throw error;
    // Every further line would be one more.
    if (first !== 'SIGPIPE') arrived('SIGPIPE');
  };
  SIGNALS.forEach((signal) => process.on(signal, arrived));
  process.stdout.on('error', onOutputError);
  return {
    signal: controller.signal,
    received: () => first,
    count: () => arrivals,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => SIGNALS.forEach((signal) => process.off(signal, arrived)),
  };
}
