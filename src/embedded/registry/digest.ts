import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { shortened } from '../aci/meter.ts';

/** Hex digits of the digests that are verified; others cannot be, and are refused. */
const HEX_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** What is wrong with `ALGORITHM:HEX`; undefined when it can be verified. */
export function digestProblem(digest: string): string | undefined {
  const [, algorithm = '', hex = ''] = /^([a-z0-9+._-]+):([0-9a-f]+)$/.exec(digest) ?? [];
  const digits = Object.hasOwn(HEX_DIGITS, algorithm) ? HEX_DIGITS[algorithm] : undefined;
  if (algorithm !== '' && digits === undefined)
    return `${shortened(digest)} is of an unknown algorithm, known are sha256 and sha512`;
  return hex.length === digits && algorithm !== ''
    ? undefined
    : `${shortened(digest)} is no digest, which is sha256: and 64 or sha512: and 128 hexadecimal digits`;
}

/** A hash that becomes the digest's value. The digest has to be one without a problem. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** True when the bytes are those of the digest. */
export function matchesDigest(bytes: Buffer, digest: string): boolean {
  return hashFor(digest).update(bytes).digest('hex') === digest.slice(digest.indexOf(':') + 1);
}

/** `sha256:…` of bytes whose digest was not said. */
export function sha256Of(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
