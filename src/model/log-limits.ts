import { z } from 'zod';

import { parseSizeBytes } from './size.ts';

/** One block of most file systems; less cannot be freed. */
const SMALLEST_BYTES = 4_096;

/** The size by which a log is truncated: in bytes, or as `10Mi`. */
export const logMaxSizeSchema = z.union([z.number(), z.string()]).transform((size, issues) => {
  const bytes = typeof size === 'number' ? size : parseSizeBytes(size);
  if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= SMALLEST_BYTES) return bytes;
  const message = `must be a size such as 10Mi or 500k, of ${SMALLEST_BYTES} bytes at least`;
  issues.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** How many times that size is kept. */
export const logMaxFilesSchema = z.number().int().min(1).max(1_000);

/**
 * The limits of a log that the driver writes itself: at most `maxSize` × `maxFiles` bytes, truncated by `maxSize`.
 */
export const logLimitsSchema = z.strictObject({
  maxSize: logMaxSizeSchema.optional(),
  maxFiles: logMaxFilesSchema.optional(),
});
