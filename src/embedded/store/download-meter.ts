import { Transform } from 'node:stream';
import type { ImageLimits } from '../aci/image-limits.ts';
import { beyondLimit } from '../aci/image-limits.ts';
import { formatSize } from '../command-line/text.ts';

const WINDOW_MS = 60_000;

export interface Metered {
  readonly maxBytes: number;
  /** The failure of so many bytes. */
  readonly tooLarge: (bytes: number) => Error;
  /** The minute. */
  readonly windowMs?: number;
  /** Is called with the number of all bytes that have come. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Passes a download on; fails when it has more than `maxBytes`, or brings in too little a minute.
 */
export function downloadMeter(
  limits: ImageLimits,
  { maxBytes, tooLarge, windowMs = WINDOW_MS, onBytes }: Metered,
): Transform {
  let bytes = 0;
  let bytesBefore = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes?.(bytes);
      done(bytes > maxBytes ? tooLarge(bytes) : null, chunk);
    },
    destroy(error, done) {
      clearInterval(timer);
      done(error);
    },
    flush(done) {
      clearInterval(timer);
      done();
    },
  });
  const timer = setInterval(() => {
    const now = bytes - bytesBefore;
    bytesBefore = bytes;
    if (now < limits.downloadBytesPerMinute && limits.downloadBytesPerMinute !== Infinity)
      meter.destroy(
        beyondLimit(
          'downloadBytesPerMinute',
          limits,
          `the download brought in ${formatSize(now)} in a minute`,
        ),
      );
  }, windowMs);
  return meter;
}
