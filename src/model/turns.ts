/** Runs actions of the same key one at a time, in the order of the calls. */
export type Turns = <T>(key: string, action: () => Promise<T>) => Promise<T>;

/** Turns within this process; a failing action does not delay the next. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return async (key, action) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(action, action);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}
