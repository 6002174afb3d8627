import { decode, encode } from '@msgpack/msgpack';

import type { ErrorCode } from '../model/error-catalogue.ts';
import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';

/** A `config` block of the host, without attributes that were not given. */
export type ConfigBlock = Readonly<Record<string, unknown>>;

/**
 * Reads a `config` block. The host sends every attribute of the schema, nil for those that were not given: they are left
 * out here, in lists too. No bytes at all are an empty block.
 *
 * @param what names the block in errors
 * @throws {@link RktError} of `code` for bytes that are no msgpack, or no map
 */
export function decodeConfig(bytes: Uint8Array, what: string, code: ErrorCode): ConfigBlock {
  if (bytes.length === 0) return {};
  const value = given(decodeBytes(bytes, what, code));
  if (value === undefined) return {};
  if (isMap(value)) return value;
  throw new RktError(code, `${what} holds ${describe(value)} where a map is expected`);
}

/** No schema nests anything near it, and what reads the value goes down by recursion. */
const MAX_DEPTH = 100;

/** Reads bytes that {@link encodeMsgpack} wrote. @throws {@link RktError} of `code` */
export function decodeBytes(bytes: Uint8Array, what: string, code: ErrorCode): unknown {
  try {
    const value = decode(bytes);
    if (bytes.length > MAX_DEPTH) checkDepth(value);
    return value;
  } catch (cause) {
    const why = reasonOf(cause);
    throw new RktError(code, `${what} is ${bytes.length} bytes that are not valid msgpack: ${why}`, {
      cause,
    });
  }
}

/** Writes a value in the compact form of msgpack; what is undefined is left out. */
export function encodeMsgpack(value: unknown): Buffer {
  return Buffer.from(encode(value, { ignoreUndefined: true }));
}

/** @throws RangeError for a value that is nested deeper than {@link MAX_DEPTH} */
function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new RangeError(`it is nested more than ${MAX_DEPTH} deep`);
    level = level.flatMap((item): unknown[] =>
      Array.isArray(item) || isMap(item) ? Object.values(item) : [],
    );
  }
}

function given(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(given).filter((member) => member !== undefined);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, given(member)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

/** Not a Date, nor a value of a type of its own. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
