import type { OpsContext } from './ops-context.ts';

export type SharedWork<T> = (ctx: OpsContext, key: string, work: () => Promise<T>) => Promise<T>;

/** Work that runs once at a time for each key of a driver; concurrent callers share its result. */
export function createSharedWork<T>(): SharedWork<T> {
  const byContext = new WeakMap<OpsContext, Map<string, Promise<T>>>();
  return (ctx, key, work) => {
    const inProgress = byContext.get(ctx) ?? new Map<string, Promise<T>>();
    byContext.set(ctx, inProgress);
    const known = inProgress.get(key);
    if (known !== undefined) return known;
    const done = work().finally(() => inProgress.delete(key));
    inProgress.set(key, done);
    return done;
  };
}
