/**
 * A result that is made once, at the first call. Callers that come meanwhile share the attempt; one that fails is not kept, so
 * that the next call tries again.
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
