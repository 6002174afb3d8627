import { exitCodeOfSignal } from '../exit-codes.ts';

/**
 * Resolves at the first SIGTERM or SIGINT; a second one exits immediately. SIGHUP calls `reload`.
 *
 * An agent outlives its terminal: a closed output pipe does not end it.
 */
export function untilStopped(reload: () => void): Promise<void> {
  process.on('SIGHUP', reload);
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(exitCodeOfSignal(signal));
      isStopping = true;
      process.off('SIGHUP', reload).on('SIGHUP', () => undefined);
      resolve();
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });
}
