import { CHUNK_BYTES, WINDOW_BYTES } from './exec-protocol.ts';

/** Sends a stream in messages, with no more unacknowledged bytes than the window. */
export interface CreditedSender {
  /** Resolves when all bytes were sent; rejects when the sender is closed before that. One call at a time. */
  send(bytes: Uint8Array): Promise<void>;
  /** The receiver has passed on that many bytes. */
  taken(bytes: number): void;
  /** What waits fails, and all later calls. */
  close(error: Error): void;
}

export function createCreditedSender(send: (bytes: Uint8Array) => void): CreditedSender {
  let credit = WINDOW_BYTES;
  let closed: Error | undefined;
  let wake = (): void => undefined;
  return {
    async send(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (closed !== undefined) throw closed;
        if (credit === 0) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        const end = Math.min(bytes.length, at + Math.min(credit, CHUNK_BYTES));
        send(bytes.subarray(at, end));
        credit -= end - at;
        at = end;
      }
    },
    taken(bytes) {
      credit = Math.min(WINDOW_BYTES, credit + bytes);
      wake();
    },
    close(error) {
      closed ??= error;
      wake();
    },
  };
}
