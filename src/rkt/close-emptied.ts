import { once } from 'node:events';
import { Socket } from 'node:net';
import type { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/**
 * Ends `target`, into which the pipe `source` of a child flows, after the current contents of the pipe, and closes
 * the pipe.
 *
 * There is no way to detect an empty pipe while a process holds its other end. It is empty when the event loop has
 * polled it once and received nothing although `target` accepted data.
 */
export async function closeEmptied(source: Readable | null, target: PassThrough | undefined): Promise<void> {
  if (!(source instanceof Socket) || target === undefined) return;
  for (;;) {
    const before = source.bytesRead;
    // One complete poll happens between two of these.
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
