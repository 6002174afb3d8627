/**
 * A result that is computed once, at the first call. Concurrent callers share the attempt; a failure is not cached,
 * so the next call tries again.
 */
export function memo<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (made !== undefined) return made;
    const attempt = make();
    made = attempt;
    attempt.catch(() => {
      made = undefined;
    });
    return attempt;
  };
}
