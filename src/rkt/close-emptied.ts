import { once } from 'node:events';
import { Socket } from 'node:net';
import type { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/**
 * Ends `target`, into which the pipe `source` of a child flows, after all that is in the pipe by now, and closes the pipe.
 *
 * Nothing says that a pipe is empty while somebody holds its other end: it is, when the event loop has polled it once and
 * nothing came, though `target` had room.
 */
export async function closeEmptied(source: Readable | null, target: PassThrough | undefined): Promise<void> {
  if (!(source instanceof Socket) || target === undefined) return;
  for (;;) {
    const before = source.bytesRead;
    // Between two of these lies one whole poll.
    await setImmediate();
    await setImmediate();
    if (source.readableEnded || source.destroyed || target.destroyed) return;
    if (target.writableNeedDrain) await Promise.race([once(target, 'drain'), once(target, 'close')]);
    else if (source.bytesRead === before) break;
  }
  source.unpipe(target);
  target.end();
  source.destroy();
}
