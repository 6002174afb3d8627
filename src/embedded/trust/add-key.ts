import { randomUUID } from 'node:crypto';
import { readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../model/reason-of.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { readKey } from './gpg.ts';
import { hostHeaders } from '../http/host-credentials.ts';
import { readText } from '../http/read-text.ts';
import { storeKey } from './keystore.ts';

const KEY_BYTES = 1024 * 1024;

/** How a key is taken. */
export interface AddKeyOptions {
  /** True: the key is trusted without asking. */
  readonly skipReview: boolean;
  /** True: the key may come from an http URL. */
  readonly allowHttp: boolean;
}

/**
 * Trusts the key of a file or URL for a prefix of image names, or for all names (`''`), after it was shown and, unless
 * `skipReview`, confirmed on stdin.
 *
 * @throws RktFailure when there is no key, or it cannot be kept
 */
export async function addKey(
  ctx: RktContext,
  prefix: string,
  location: string,
  { skipReview, allowHttp }: AddKeyOptions,
): Promise<void> {
  const key = await readKeyOf(ctx, location, allowHttp);
  const { fingerprint, userIds } = await factsOf(key);
  ctx.stderr(`pubkey: prefix: ${JSON.stringify(prefix)}\nkey: ${JSON.stringify(location)}\n`);
  ctx.stdout(`gpg key fingerprint is: ${spaced(fingerprint)}\n${userIds.map((id) => `\t${id}\n`).join('')}`);
  if (!skipReview && !confirmed(ctx)) {
    ctx.stderr(`Not trusting ${JSON.stringify(location)}\n`);
    return;
  }
  ctx.stdout(
    `Trusting ${JSON.stringify(location)} for prefix ${JSON.stringify(prefix)} ${skipReview ? 'without' : 'after'} fingerprint review.\n`,
  );
  const path = storeKey(ctx, prefix, fingerprint, key);
  const what = prefix === '' ? 'root key' : `key for prefix ${JSON.stringify(prefix)}`;
  ctx.stdout(`Added ${what} at ${JSON.stringify(path)}\n`);
}

async function readKeyOf(ctx: RktContext, location: string, allowHttp: boolean): Promise<Buffer> {
  if (/^https?:\/\//.test(location)) return download(ctx, location, allowHttp);
  const path = resolve(ctx.cwd, location);
  try {
    return readFileSync(path);
  } catch (error) {
    throw failedAccess(location, systemErrorText('open', path, error));
  }
}

async function download(ctx: RktContext, url: string, allowHttp: boolean): Promise<Buffer> {
  if (url.startsWith('http:') && !allowHttp)
    throw failedAccess(url, '--insecure-allow-http required for http URLs');
  try {
    return Buffer.from(await readText(ctx, url, KEY_BYTES, { hostHeaders: hostHeaders(ctx) }));
  } catch (error) {
    throw failedAccess(url, reasonOf(error));
  }
}

function failedAccess(location: string, reason: string): RktFailure {
  return new RktFailure('error adding key', [`error accessing the key ${location}`, reason]);
}

/** gpg reads what will be stored, not the file a second time. */
async function factsOf(key: Buffer): Promise<Awaited<ReturnType<typeof readKey>>> {
  const copy = join(tmpdir(), `rkt-key-${randomUUID()}`);
  writeFileSync(copy, key, { flag: 'wx', mode: 0o600 });
  try {
    return await readKey(copy);
  } finally {
    rmSync(copy, { force: true });
  }
}

/** Ten groups of four digits, with two spaces in the middle. */
function spaced(fingerprint: string): string {
  const groups = fingerprint.match(/.{4}/g) ?? [];
  return `${groups.slice(0, 5).join(' ')}  ${groups.slice(5).join(' ')}`;
}

function confirmed(ctx: RktContext): boolean {
  for (;;) {
    ctx.stdout('Are you sure you want to trust this key (yes/no)?\n');
    const answer = readLine();
    if (answer === undefined || answer === 'no') return false;
    if (answer === 'yes') return true;
    ctx.stdout("Please enter 'yes' or 'no'\n");
  }
}

/** One line of stdin, undefined at its end. */
function readLine(): string | undefined {
  const byte = Buffer.alloc(1);
  let line = '';
  while (readSync(0, byte) === 1) {
    if (byte.toString() === '\n') return line.trim();
    line += byte.toString();
  }
  return line === '' ? undefined : line.trim();
}
