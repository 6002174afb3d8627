import { randomUUID } from 'node:crypto';
import { readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from './command.ts';
import type { RktContext } from './context.ts';
import { RktFailure, systemErrorText } from './context.ts';
import { readKey } from './gpg.ts';
import { storeKey, trustedKeys } from './keystore.ts';
import { acIdentifierProblem } from './names.ts';

const UNBOUNDED = `aborting due to implicit unbounded trust (root domain)
Please provide a specific domain prefix to trust:
    rkt trust --prefix "example.com/foo" [PUBKEY]
    rkt trust --prefix "example.com/foo/*" [PUBKEY]
Otherwise, trust at the root domain (not recommended) must be explicitly requested:
    rkt trust --root PUBKEY`;

/** `rkt trust`, for key files, and for prefixes that have one; keys are not looked for on the network. */
export const command: Command = {
  name: 'trust',
  summary: 'Trust a key for image verification',
  usage: 'trust [--prefix=PREFIX] [--insecure-allow-http] [--skip-fingerprint-review] [PUBKEY ...]',
  description: `PUBKEY may be either a local file or URL,
PREFIX scopes the applicability of PUBKEY to image names sharing PREFIX.
Meta discovery of PUBKEY at PREFIX will be attempted if no PUBKEY is specified.
A specified PREFIX or the --root flag is required.`,
  flags: [
    { name: 'insecure-allow-http', kind: 'bool', help: 'allow HTTP use for key discovery and/or retrieval' },
    { name: 'prefix', kind: 'string', help: 'prefix to limit trust to' },
    { name: 'root', kind: 'bool', help: 'add root key from filename without a prefix' },
    { name: 'skip-fingerprint-review', kind: 'bool', help: 'accept key without fingerprint confirmation' },
  ],
  async run(ctx, flags, args) {
    const prefix = flags.string('prefix').replace(/\/\*$/, '');
    const root = flags.bool('root');
    if (prefix === '' && !root) throw new RktFailure(UNBOUNDED);
    if (prefix !== '' && root) throw new RktFailure('--root and --prefix usage mutually exclusive');
    const problem = prefix === '' ? undefined : acIdentifierProblem(prefix);
    if (problem !== undefined) throw new RktFailure('error adding key', [problem]);
    if (args.length === 0) return trustAgain(ctx, prefix);
    for (const location of args) await trust(ctx, prefix, location, flags.bool('skip-fingerprint-review'));
    return 0;
  },
};

/** Keys are discovered nowhere, but there is nothing to discover where images below the prefix are verified already. */
function trustAgain(ctx: RktContext, prefix: string): number {
  const known = prefix === '' ? 0 : trustedKeys(ctx, prefix).length;
  if (known === 0) {
    const how = `trust its file first: rkt trust --prefix=${prefix === '' ? 'PREFIX' : prefix} KEYFILE`;
    throw new RktFailure('determining key location', [
      'the embedded rkt needs a key file, as it discovers none over the network',
      ...(prefix === '' ? [] : [`no key is trusted for ${JSON.stringify(prefix)}; ${how}`]),
    ]);
  }
  const keys = known === 1 ? 'a key is' : `${known} keys are`;
  ctx.stdout(`Nothing to add: ${keys} trusted for prefix ${JSON.stringify(prefix)} already\n`);
  return 0;
}

async function trust(ctx: RktContext, prefix: string, location: string, skipReview: boolean): Promise<void> {
  const key = readKeyFile(ctx, location);
  const { fingerprint, userIds } = await factsOf(key);
  ctx.stderr(`pubkey: prefix: ${JSON.stringify(prefix)}\nkey: ${JSON.stringify(location)}\n`);
  ctx.stdout(`gpg key fingerprint is: ${spaced(fingerprint)}\n${userIds.map((id) => `\t${id}\n`).join('')}`);
  if (skipReview) {
    ctx.stdout(
      `Trusting ${JSON.stringify(location)} for prefix ${JSON.stringify(prefix)} without fingerprint review.\n`,
    );
  } else if (!confirmed(ctx)) {
    ctx.stderr(`Not trusting ${JSON.stringify(location)}\n`);
    return;
  } else {
    ctx.stdout(
      `Trusting ${JSON.stringify(location)} for prefix ${JSON.stringify(prefix)} after fingerprint review.\n`,
    );
  }
  const path = storeKey(ctx, prefix, fingerprint, key);
  const what = prefix === '' ? 'root key' : `key for prefix ${JSON.stringify(prefix)}`;
  ctx.stdout(`Added ${what} at ${JSON.stringify(path)}\n`);
}

function readKeyFile(ctx: RktContext, location: string): Buffer {
  if (/^https?:\/\//.test(location)) {
    throw new RktFailure('error adding key', [
      'the embedded rkt reads keys from files only: download it first',
    ]);
  }
  const path = resolve(ctx.cwd, location);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new RktFailure('error adding key', ['error accessing key', systemErrorText('open', path, error)]);
  }
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
