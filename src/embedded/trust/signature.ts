import { accessSync, constants, copyFileSync } from 'node:fs';
import { openTar } from '../aci/decompress.ts';
import { readManifestText } from '../aci/read.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { imageLimits } from '../aci/image-limits.ts';
import { trustedKeys } from './keystore.ts';
import { parseImageManifest } from '../manifest/aci-manifest.ts';

/**
 * Requires a good detached signature of an image file by a key trusted for the image's name.
 *
 * Copies the file first and checks the copy, which is the one to be used afterwards.
 * @throws RktFailure with rkt's messages
 */
export async function checkSignature(
  ctx: RktContext,
  file: string,
  copy: string,
  signature: string,
): Promise<void> {
  requireFile(signature, 'error opening signature file');
  copyFileSync(file, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const limits = imageLimits(ctx);
  const { name } = parseImageManifest(await readManifestText(openTar(copy, limits), limits));
  const keys = trustedKeys(ctx, name);
  const { verify } = await import('./gpg.ts');
  const check = await verify(copy, signature, keys);
  if (check.good) {
    ctx.stderr(`image: signature verified:\n${check.userIds.map((id) => `  ${id}\n`).join('')}`);
    return;
  }
  if (check.reason.endsWith('unknown entity')) {
    ctx.stderr(
      'image: If you expected the signing key to change, try running:\nimage:     rkt trust --prefix <image>\n',
    );
  }
  throw new RktFailure('', [`error verifying the signature of ${file}`, check.reason]);
}

function requireFile(path: string, what: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new RktFailure('', [what, systemErrorText('open', path, error)]);
  }
}
