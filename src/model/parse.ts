import { inspect } from 'node:util';

import type { z } from 'zod';

import type { ErrorCode } from './error-catalogue.ts';
import { RktError, type RktErrorDetails } from './rkt-error.ts';
import { knownKeys } from './known-keys.ts';
import { plainIssues } from './plain-issues.ts';
import { printableJson } from './printable.ts';
import { reasonOf } from './reason-of.ts';
import { withoutCredentials } from './url-credentials.ts';

/** Keys below which values are secrets, in every parsed object: variables, commands, tokens. */
const SECRET_KEYS: ReadonlySet<PropertyKey> = new Set([
  'env',
  'deviceEnv',
  'environment',
  'args',
  'exec',
  'cmd',
  'headers',
  'token',
  // Of a token: the token itself may stand there by mistake.
  'sha256',
]);

/** Keys of URLs: a token is often in the path or the query of a webhook or a collector. */
const URL_KEYS: ReadonlySet<PropertyKey> = new Set([
  'url',
  'urls',
  'webhook',
  'webhooks',
  'endpoint',
  'otlp',
]);
const ORIGIN = /^(?<scheme>[a-z][a-z0-9+.-]{0,31}):\/\/(?:[^\s/?#]*@)?(?<host>[^\s/?#@]+)/i;

/** What the errors of an input have in them. */
export interface Parsing {
  /** The name of the input. */
  readonly what: string;
  readonly code: ErrorCode;
  readonly details?: RktErrorDetails | undefined;
}

/**
 * Parses external input by its schema.
 *
 * @throws {@link RktError} of `code` that names `what`, every invalid place and its value, or only its type if it may
 * be a secret; for an unknown key, also the known ones
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { what, code, details }: Parsing,
): z.output<Schema> {
  const result = tryParse(schema, input, { what, code, details });
  if (result.success) return result.data;
  const problems = plainIssues(result.error.issues).map((issue) => {
    const place = issue.path.map(String).join('.');
    const known = issue.code === 'unrecognized_keys' ? knownKeys(schema, issue.path) : undefined;
    const hint = known === undefined ? '' : `; known are ${known.join(', ')}`;
    return `${place === '' ? what : `${what}.${place}`}: ${issue.message}${hint} (got ${shownValue(input, issue.path)})`;
  });
  throw new RktError(code, problems.join('; '), { ...details, cause: result.error });
}

/** zod also compares the `length` of values other than strings and arrays, and fails if it is not a number. */
function tryParse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { what, code, details }: Parsing,
): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(input);
  } catch (cause) {
    throw new RktError(code, `${what}: cannot be read (${reasonOf(cause)})`, { ...details, cause });
  }
}

/** The value at a path as an error may quote it: shortened, or only its type if it may be a secret. */
export function shownValue(input: unknown, path: readonly PropertyKey[]): string {
  const value = at(input, path);
  if (typeof value === 'object' && value !== null) return kindOf(value);
  if (typeof value === 'string' && path.some((key) => URL_KEYS.has(key))) return shownOrigin(value);
  const isSecret = path.some((key) => SECRET_KEYS.has(key));
  return isSecret && value !== undefined && value !== null ? `a ${typeof value}` : quoted(value);
}

/** The contents of an unvalidated object or list: only its keys may be shown. */
function kindOf(value: object): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  return shortened(`an object with ${keys.join(', ')}`);
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** Only scheme and host; nothing of a text that does not begin like a URL. */
function shownOrigin(text: string): string {
  const { scheme, host } = ORIGIN.exec(text)?.groups ?? {};
  if (scheme === undefined || host === undefined) return 'a string';
  return shortened(printableJson(JSON.stringify(`${scheme}://${host}/…`)));
}

function quoted(value: unknown): string {
  if (value === undefined) return 'nothing';
  return shortened(withoutCredentials(textOf(value)));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function textOf(value: unknown): string {
  try {
    return printableJson(asJson(value) ?? inspect(value));
  } catch {
    return inspect(value);
  }
}

/** Undefined for a function or symbol, which its declared type conceals; throws for a bigint or a cycle. */
function asJson(value: unknown): string | undefined {
  return JSON.stringify(value);
}
