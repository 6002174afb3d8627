import { isatty } from 'node:tty';
import { reasonOf } from '../../model/reason-of.ts';
import { addKey } from '../trust/add-key.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { trustedKeys } from '../trust/keystore.ts';
import { discoverKeys } from './discover.ts';

const UNASKED = 'error reviewing key: unable to ask user to review fingerprint due to lack of tty';

/**
 * Looks for the keys of an image by discovery where none is trusted for its name yet. They are taken with
 * `--trust-keys-from-https`, or when the user at the terminal says yes. Failures are printed only: the signature may
 * still be good.
 */
export async function trustKeysOf(ctx: RktContext, imageName: string): Promise<void> {
  if (trustedKeys(ctx, imageName).length > 0) return;
  const mayBeForged = ctx.insecure.has('pubkey');
  if (ctx.insecure.has('tls') && !mayBeForged) return;
  try {
    const allowHttp = mayBeForged && ctx.insecure.has('http');
    for (const url of await discoverKeys(ctx, imageName, { allowHttp }))
      await take(ctx, imageName, url, allowHttp);
  } catch (error) {
    const reason = error instanceof RktFailure ? error.describe(ctx.debug) : reasonOf(error);
    ctx.stderr(`image: error adding keys: ${reason}\n`);
  }
}

async function take(ctx: RktContext, imageName: string, url: string, allowHttp: boolean): Promise<void> {
  const skipReview = ctx.trustKeysFromHttps && url.startsWith('https:');
  if (!skipReview && !(isatty(0) && isatty(2))) {
    ctx.stderr(
      `pubkey: To trust the key for ${JSON.stringify(imageName)}, do one of the following:\n` +
        'pubkey:  - call rkt with --trust-keys-from-https\n' +
        `pubkey:  - run: rkt trust --prefix ${JSON.stringify(imageName)}\n`,
    );
    throw new RktFailure(UNASKED);
  }
  // stdout is for what the command itself prints, the id of a pod for one
  await addKey({ ...ctx, stdout: (text) => ctx.stderr(text) }, imageName, url, { skipReview, allowHttp });
}
