import type { z } from 'zod';
import { plainIssues } from '../../model/plain-issues.ts';
import { RktFailure } from '../embedded-context.ts';
import { formatSize } from '../command-line/text.ts';

/** Index, manifest and config are read as a whole: registries refuse larger ones, too. */
export const DOCUMENT_BYTES = 4 * 1024 * 1024;

const SHOWN_ISSUES = 3;

/**
 * Parses one of the JSON documents of an image.
 *
 * @param what names it in messages: `manifest`
 * @throws RktFailure naming the places that are wrong, never their values
 */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  what: string,
): z.output<Schema> {
  const bytes = Buffer.byteLength(text);
  if (bytes > DOCUMENT_BYTES)
    throw new RktFailure(
      `the ${what} of the image has ${formatSize(bytes)}, more than ${formatSize(DOCUMENT_BYTES)}`,
    );
  const result = schema.safeParse(readJson(text, what));
  if (result.success) return result.data;
  const problems = plainIssues(result.error.issues)
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => `${[what, ...path.map(String)].join('.')}: ${message}`);
  throw new RktFailure(`the ${what} of the image is not valid: ${problems.join('; ')}`);
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RktFailure(`the ${what} of the image is no JSON`);
  }
}
