import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { printable } from '../../model/printable.ts';
import { readBody } from './bodies.ts';
import { retryAfterMs } from './retry.ts';

const ERROR_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 200;
const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })).min(1),
});

/**
 * Why a registry has refused, in one line: the status, and what its body says, `status code 404 (MANIFEST_UNKNOWN: manifest unknown)`.
 *
 * @param secrets never shown, even if the registry sends them back
 */
export async function refusalOf(response: IncomingMessage, secrets: Iterable<string>): Promise<string> {
  const { statusCode = 0, headers } = response;
  const waitMs = retryAfterMs(headers['retry-after']);
  const body = await readBody(response, ERROR_BYTES).catch(() => Buffer.alloc(0));
  const said = registryWords(body.toString());
  const wait = waitMs === undefined ? '' : `, try again in ${Math.ceil(waitMs / 1000)} s`;
  return `status code ${statusCode}${said === '' ? '' : ` (${cleaned(said, secrets)})`}${wait}`;
}

/** Text of the other side, short, on one line, and without secrets. */
export function cleaned(text: string, secrets: Iterable<string>): string {
  const open = [...secrets].reduce((left, secret) => left.replaceAll(secret, '…'), text);
  const line = printable(open);
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

function registryWords(body: string): string {
  try {
    const { errors } = errorsSchema.parse(JSON.parse(body));
    const words = errors.map(({ code, message }) => (message ? `${code}: ${message}` : code));
    return [...new Set(words)].join(', ');
  } catch {
    // a page of a proxy, most of the time
    return '';
  }
}
