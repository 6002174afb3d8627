import { PassThrough, Writable } from 'node:stream';

import { createCreditedSender, type CreditedSender } from '../../model/credited-sender.ts';
import { WINDOW_BYTES, streamMessage } from '../../model/exec-protocol.ts';
import { RktError } from '../../model/rkt-error.ts';

/** Standard output or error of a command, on its way to a client. */
export interface OutputToClient {
  readonly writable: Writable;
  readonly sender: CreditedSender;
}

export function outputToClient(
  stream: 'stdout' | 'stderr',
  send: (message: Uint8Array) => void,
): OutputToClient {
  const sender = createCreditedSender((bytes) => send(streamMessage(stream, bytes)));
  const writable = new Writable({
    write(chunk: Buffer, _, done) {
      sender.send(chunk).then(() => done(), done);
    },
  });
  // The writer gets the error as well.
  writable.on('error', () => undefined);
  return { writable, sender };
}

/** Standard input of a command, as it comes from a client. */
export interface InputOfClient {
  readonly readable: PassThrough;
  /** @throws RKT_ERR_REQUEST for a client that sends more than the window */
  write(bytes: Uint8Array): void;
}

/** @param taken is called with the number of bytes that were passed on */
export function inputOfClient(taken: (bytes: number) => void): InputOfClient {
  const readable = new PassThrough();
  // The command may end before its input does.
  readable.on('error', () => undefined);
  let unacknowledged = 0;
  return {
    readable,
    write(bytes) {
      unacknowledged += bytes.length;
      if (unacknowledged > WINDOW_BYTES)
        throw new RktError(
          'RKT_ERR_REQUEST',
          `More than ${WINDOW_BYTES} bytes of standard input are unacknowledged`,
        );
      if (readable.writableEnded || readable.destroyed) return;
      readable.write(bytes, () => {
        unacknowledged -= bytes.length;
        taken(bytes.length);
      });
    },
  };
}
