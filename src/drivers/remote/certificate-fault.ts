const NOT_TRUSTED = 'the authority that signed its certificate is not trusted here';

const NO_TLS = 'it does not speak TLS; its URL begins with http://';

/** What OpenSSL and Node find wrong, by their codes. */
const FAULTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed, and is not trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
};

interface Fault {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
}

/** Why a connection over TLS failed, in words; undefined for every other error. */
export function certificateFault(error: unknown): string | undefined {
  const { code = '', reason, message } = (error ?? {}) as Fault;
  // Node 20 has only the text of OpenSSL.
  if (code === 'EPROTO' && /wrong version number/.test(String(message))) return NO_TLS;
  const fault = typeof code === 'string' && Object.hasOwn(FAULTS, code) ? FAULTS[code] : undefined;
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID' || typeof reason !== 'string') return fault;
  return `${fault}: ${reason}`;
}
