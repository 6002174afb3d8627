import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';

/** The certificate authorities of distributions, in the search path of Go. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The certificate authorities that servers are checked against, as PEM texts: `SSL_CERT_FILE` alone when it is set, as in
 * Go's programs, else the system's bundle, else the one Node comes with; and `NODE_EXTRA_CA_CERTS` in any case.
 *
 * Node by itself asks neither the system nor `SSL_CERT_FILE`, so a registry with a company's authority would be refused.
 *
 * @throws RktFailure when a file that a variable names cannot be read
 */
export function certificateAuthorities({ env }: Pick<RktContext, 'env'>): readonly string[] {
  const file = env['SSL_CERT_FILE'] ?? '';
  const extra = env['NODE_EXTRA_CA_CERTS'] ?? '';
  const base = file === '' ? systemAuthorities() : [read(file, 'SSL_CERT_FILE')];
  return extra === '' ? base : [...base, read(extra, 'NODE_EXTRA_CA_CERTS')];
}

function systemAuthorities(): readonly string[] {
  for (const bundle of BUNDLES) {
    try {
      return [readFileSync(bundle, 'utf8')];
    } catch {
      // another distribution
    }
  }
  return rootCertificates;
}

function read(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RktFailure(`cannot read the certificate authorities of ${variable}`, [
      systemErrorText('open', path, error),
    ]);
  }
}
