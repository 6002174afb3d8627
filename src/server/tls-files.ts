import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { readPrivateFile } from '../files/private-file.ts';
import { reasonOf } from '../model/reason-of.ts';
import { RktError } from '../model/rkt-error.ts';

/** The files of a TLS certificate, in PEM. */
export interface TlsFiles {
  /** The certificate, with those between it and its root. */
  readonly cert: string;
  /** Its private key, which only its owner may read. */
  readonly key: string;
}

/** What the files contain. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its key, and checks that they can be served now.
 *
 * @throws RKT_ERR_TLS that names the file and what is wrong with it
 */
export function loadTls({ cert, key }: TlsFiles, nowMs = Date.now()): TlsIdentity {
  const certText = attempt(cert, () => readFileSync(cert, 'utf8'));
  const certificate = attempt(cert, () => new X509Certificate(certText), 'it contains no certificate in PEM');
  const keyText = attempt(key, () => readPrivateFile(key));
  const privateKey = attempt(
    key,
    () => createPrivateKey(keyText),
    'it contains no private key in PEM without a passphrase',
  );
  checkTime(cert, certificate, nowMs);
  checkPair(certificate, privateKey, { cert, key });
  return { cert: certText, key: keyText };
}

function attempt<T>(file: string, read: () => T, why?: string): T {
  try {
    return read();
  } catch (error) {
    // Messages of OpenSSL say little, and can quote what they have read.
    throw unusable(file, why ?? reasonOf(error));
  }
}

function checkTime(file: string, { validFrom, validTo }: X509Certificate, nowMs: number): void {
  if (Date.parse(validTo) <= nowMs) throw unusable(file, `the certificate has expired (${validTo})`);
  if (Date.parse(validFrom) > nowMs) throw unusable(file, `the certificate is not valid yet (${validFrom})`);
}

function checkPair(certificate: X509Certificate, privateKey: KeyObject, { cert, key }: TlsFiles): void {
  if (!certificate.checkPrivateKey(privateKey))
    throw unusable(key, `it is not the key of the certificate ${cert}`);
}

function unusable(file: string, why: string): RktError {
  return new RktError('RKT_ERR_TLS', `The file ${file} cannot be used for TLS: ${why}`);
}
