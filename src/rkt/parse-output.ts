import type { z } from 'zod';

import { RktError } from '../model/rkt-error.ts';
import { jsonFault } from '../model/json-fault.ts';
import { parseWith } from '../model/parse.ts';
import { reasonOf } from '../model/reason-of.ts';

/** The pod UUIDs and image ids that rkt prints. */
export const POD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const IMAGE_ID = /^sha512-[0-9a-f]{32,128}$/;

/**
 * Parses JSON that rkt printed.
 *
 * @throws {@link RktError} RKT_ERR_RKT_OUTPUT with the fault and its place; the text can contain values of variables
 * and is not quoted
 */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  what: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? jsonFault(error) : reasonOf(error);
    throw new RktError(
      'RKT_ERR_RKT_OUTPUT',
      `${what} is not what rkt prints: ${why}, of ${text.length} characters`,
    );
  }
  return parseWith(schema, value, { what, code: 'RKT_ERR_RKT_OUTPUT' });
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Rejects what rkt would interpret as a flag, or would match against other pods. */
export function assertPodId(podId: string): void {
  if (!POD_ID.test(podId))
    throw new RktError('RKT_ERR_POD_NOT_FOUND', `"${podId}" is not a pod UUID`, { podId });
}
