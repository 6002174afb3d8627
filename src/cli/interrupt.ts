/**
 * SIGINT, SIGTERM, SIGHUP and a broken standard output, combined into one interrupt. A closed terminal causes several
 * SIGHUP and failing writes: together they count as one SIGHUP.
 */
export interface Interrupt {
  /** Aborts at the first of them. */
  readonly signal: AbortSignal;
  /** The first signal, SIGPIPE for a broken standard output; undefined before the first. */
  received(): NodeJS.Signals | undefined;
  /** How many have come. */
  count(): number;
  /** Called for every signal, the first one included. Returns how to stop listening. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  dispose(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  let first: NodeJS.Signals | undefined;
  let arrivals = 0;
  let isHungUp = false;
  const arrived = (signal: NodeJS.Signals): void => {
    first ??= signal;
    arrivals += 1;
    controller.abort();
    listeners.forEach((listener) => listener(signal));
  };
  const hungUp = (signal: NodeJS.Signals): void => {
    if (isHungUp) return;
    isHungUp = true;
    arrived(signal);
  };
  const onOutputError = ({ code }: NodeJS.ErrnoException): void =>
    hungUp(code === 'EIO' ? 'SIGHUP' : 'SIGPIPE');
  SIGNALS.forEach((signal) => process.on(signal, arrived));
  process.on('SIGHUP', hungUp);
  process.stdout.on('error', onOutputError);
  return {
    signal: controller.signal,
    received: () => first,
    count: () => arrivals,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      SIGNALS.forEach((signal) => process.off(signal, arrived));
      process.off('SIGHUP', hungUp);
      process.stdout.off('error', onOutputError);
    },
  };
}
