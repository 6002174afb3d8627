import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';

/**
 * The certificates of a file, in PEM, which are trusted for an agent.
 *
 * @throws RKT_ERR_OPTIONS for a file that cannot be read, or contains no certificate
 */
export function readCaFile(path: string): string {
  const unusable = (why: string): RktError =>
    new RktError('RKT_ERR_OPTIONS', `The certificates in ${path} cannot be used: ${why}`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(reasonOf(error));
  }
  if (!isCertificate(text)) throw unusable('the file contains no certificate in PEM');
  return text;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}
