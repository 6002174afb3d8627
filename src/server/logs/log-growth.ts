import { watch, type FSWatcher } from 'node:fs';

/** A file that does not exist yet: its task is being started. Doubled with each try. */
const FIRST_RETRY_MS = 25;
const MOST_RETRIES = 8;
/** A file that grows more often is measured at intervals: each event costs time. */
const MOST_EVENTS = 100;
const INTERVAL_MS = 250;

/** Calls back when a file may have grown, at most some 400 times a second. Returns what ends it. */
export function watchGrowth(path: string, notify: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  let retries = 0;
  let events = 0;
  const stop = (): void => {
    watcher?.close();
    watcher = undefined;
    clearTimeout(timer);
  };
  const later = (delayMs: number): void => {
    stop();
    if (!isEnded) timer = setTimeout(begin, delayMs).unref();
  };
  const begin = (): void => {
    const sinceMs = Date.now();
    events = 0;
    try {
      watcher = watch(path, { persistent: false }, () => {
        events += 1;
        notify();
        if (events < MOST_EVENTS) return;
        if (Date.now() - sinceMs < INTERVAL_MS) later(INTERVAL_MS);
        else later(0);
      });
      // Without a watch, the times of what follows are not known.
      watcher.on('error', stop);
    } catch {
      retries += 1;
      if (retries <= MOST_RETRIES) later(FIRST_RETRY_MS * 2 ** (retries - 1));
    }
    // What was written before the watch began.
    notify();
  };
  begin();
  return () => {
    isEnded = true;
    stop();
  };
}
