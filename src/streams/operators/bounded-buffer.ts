/** A queue that drops its oldest values rather than grow. */
export interface BoundedBuffer<T> {
  /** Appends; when the buffer is full, its oldest value is dropped. */
  push(value: T): void;
  /** Removes and returns the oldest value; undefined when the buffer is empty. */
  shift(): T | undefined;
  readonly size: number;
  /** How many values were dropped so far. */
  readonly dropped: number;
}

/**
 * The bridge between a stream and a slower consumer: keeps the latest `limit` values.
 *
 * @param onDrop called with each dropped value and the number of dropped values so far
 * @throws RangeError when `limit` is not a positive integer
 */
export function boundedBuffer<T>(
  limit: number,
  onDrop?: (value: T, droppedSoFar: number) => void,
): BoundedBuffer<T> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`The limit of a buffer must be a positive integer, not ${limit}`);
  }
  // Slots are reused in a ring, since Array.shift moves every value of a long queue.
  const ring: { readonly value: T }[] = [];
  let first = 0;
  let size = 0;
  let dropped = 0;
  const take = (): T | undefined => {
    const slot = ring[first];
    if (size === 0 || slot === undefined) return undefined;
    first = (first + 1) % limit;
    size -= 1;
    return slot.value;
  };
  return {
    push(value) {
      if (size === limit) {
        const oldest = take() as T;
        dropped += 1;
        onDrop?.(oldest, dropped);
      }
      ring[(first + size) % limit] = { value };
      size += 1;
    },
    shift: take,
    get size() {
      return size;
    },
    get dropped() {
      return dropped;
    },
  };
}
