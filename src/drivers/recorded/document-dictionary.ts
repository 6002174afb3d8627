/** deflate can refer to no more than this. */
const DICTIONARY_BYTES = 32_768;
const FIRST_BYTES = 4_096;

/** The end of the documents of a group so far: those of the next block are compressed with it as a dictionary. */
export interface DocumentDictionary {
  /** What this returned stays as it is when more is appended. */
  bytes(): Buffer;
  append(raw: Buffer): void;
  /** Forgets everything, and keeps the memory: what {@link bytes} returned before changes with the next append. */
  reset(): void;
}

export function createDocumentDictionary(): DocumentDictionary {
  let buffer = Buffer.alloc(0);
  let end = 0;
  const bytes = (): Buffer => buffer.subarray(Math.max(0, end - DICTIONARY_BYTES), end);
  return {
    bytes,
    append(raw) {
      const added = raw.subarray(Math.max(0, raw.length - DICTIONARY_BYTES));
      if (end + added.length > buffer.length) {
        const kept = bytes();
        buffer = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * (kept.length + added.length)));
        end = kept.copy(buffer);
      }
      end += added.copy(buffer, end);
    },
    reset: () => void (end = 0),
  };
}
