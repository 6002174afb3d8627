import type { AddKeyOptions } from '../trust/add-key.ts';
import { addKey } from '../trust/add-key.ts';
import type { Command } from '../command-line/command-shape.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { trustedKeys } from '../trust/keystore.ts';
import { acIdentifierProblem } from '../names.ts';

const UNBOUNDED = `aborting due to implicit unbounded trust (root domain)
Please provide a specific domain prefix to trust:
    rkt trust --prefix "example.com/foo" [PUBKEY]
    rkt trust --prefix "example.com/foo/*" [PUBKEY]
Otherwise, trust at the root domain (not recommended) must be explicitly requested:
    rkt trust --root PUBKEY`;

/** `rkt trust`, for keys by file, by URL, and by discovery. */
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
    const options = {
      skipReview: flags.bool('skip-fingerprint-review'),
      allowHttp: flags.bool('insecure-allow-http'),
    };
    if (args.length === 0) return trustDiscovered(ctx, prefix, options);
    for (const location of args) await addKey(ctx, prefix, location, options);
    return 0;
  },
};

/** Nothing is asked of the network where images below the prefix are verified already. */
async function trustDiscovered(ctx: RktContext, prefix: string, options: AddKeyOptions): Promise<number> {
  const known = prefix === '' ? 0 : trustedKeys(ctx, prefix).length;
  if (known > 0) {
    const keys = known === 1 ? 'a key is' : `${known} keys are`;
    ctx.stdout(`Nothing to add: ${keys} trusted for prefix ${JSON.stringify(prefix)} already\n`);
    return 0;
  }
  for (const location of await locate(ctx, prefix, options)) await addKey(ctx, prefix, location, options);
  return 0;
}

async function locate(
  ctx: RktContext,
  prefix: string,
  { allowHttp }: AddKeyOptions,
): Promise<readonly string[]> {
  try {
    if (prefix === '') throw new RktFailure('empty prefix');
    const { discoverKeys } = await import('../discovery/discover.ts');
    return await discoverKeys(ctx, prefix, { allowHttp });
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    const how = `to trust a key that you have, run rkt trust --${prefix === '' ? 'root' : `prefix=${prefix}`} KEYFILE`;
    throw new RktFailure('determining key location', [
      'prefix meta discovery error',
      `${error.describe(false)}; ${how}`,
    ]);
  }
}
