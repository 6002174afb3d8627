/** What has to be done before this process may end. */
const closers = new Set<() => Promise<void>>();

/** Has `close` called on Ctrl-C as well; gives a `close` to be called in the ordinary case. Either calls it once. */
export function closedOnInterrupt(close: () => Promise<void>): () => Promise<void> {
  const once = async (): Promise<void> => {
    if (closers.delete(once)) await close();
  };
  closers.add(once);
  return once;
}

/** From now on an interrupt closes what is open and ends the process. */
export function endOnInterrupt(): void {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      const closings = [...closers].reverse().map((close) => close());
      void Promise.allSettled(closings).then((ends) => {
        for (const end of ends) if (end.status === 'rejected') console.error(end.reason);
        process.exit(exitCode);
      });
    });
  }
}
