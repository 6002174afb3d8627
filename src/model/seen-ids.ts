/** Remembers ids, the latest `limit` of them. */
export interface SeenIds {
  /** True at the first call with an id. */
  isNew(id: string): boolean;
}

/** Event ids: more than a driver keeps for replay, so that a repeated one is recognised. */
const DEFAULT_LIMIT = 10_000;

export function createSeenIds(limit = DEFAULT_LIMIT): SeenIds {
  const seen = new Set<string>();
  return {
    isNew(id) {
      if (seen.has(id)) return false;
      seen.add(id);
      for (const oldest of seen) {
        if (seen.size <= limit) break;
        seen.delete(oldest);
      }
      return true;
    },
  };
}
