import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition, looking every 5 ms; fails after 30 s, which only a machine that is very busy needs. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(5);
  }
}
