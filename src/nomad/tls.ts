import { X509Certificate, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

import { ServerCredentials } from '@grpc/grpc-js';

import { RktError } from '../model/rkt-error.ts';
import { bits, explicit, implicit, integer, octets, oid, sequence, set, time, truth, utf8 } from './der.ts';

/** A server that only the host can connect to, and only that the host accepts. */
export interface PluginTls {
  readonly credentials: ServerCredentials;
  /** DER, for the handshake. */
  readonly certificate: Buffer;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** The process that the certificate is for ends long before. */
const VALID_MS = 10 * YEAR_MS;
const EARLIER_MS = 30_000;

/**
 * go-plugin's automatic mutual TLS: each side makes a certificate for this one connection and trusts nothing but the
 * certificate of the other.
 *
 * @param clientCert the host's certificate, PEM
 * @throws RKT_ERR_OPTIONS when that is not a certificate
 */
export function createPluginTls(clientCert: string, nowMs: number = Date.now()): PluginTls {
  try {
    new X509Certificate(clientCert);
  } catch (cause) {
    throw new RktError(
      'RKT_ERR_OPTIONS',
      'PLUGIN_CLIENT_CERT is not a certificate in PEM form. The host has to set it, or leave it out for no TLS.',
      { cause },
    );
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = selfSigned(privateKey, publicKey, nowMs);
  const chain = Buffer.from(new X509Certificate(certificate).toString());
  const key = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const pairs = [{ private_key: key, cert_chain: chain }];
  return { certificate, credentials: ServerCredentials.createSsl(Buffer.from(clientCert), pairs, true) };
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const NAME = sequence(
  set(sequence(oid('2.5.4.10'), utf8('rkt-streams'))),
  set(sequence(oid('2.5.4.3'), utf8('localhost'))),
);
/** digitalSignature, keyEncipherment, keyAgreement, keyCertSign. */
const KEY_USAGE = bits(Buffer.from([0b1010_1100]), 2);
/** The host checks the certificate against itself, as the authority and as the server `localhost`. */
const EXTENSIONS = sequence(
  sequence(oid('2.5.29.19'), truth(), octets(sequence(truth()))),
  sequence(oid('2.5.29.15'), truth(), octets(KEY_USAGE)),
  sequence(oid('2.5.29.37'), octets(sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')))),
  sequence(oid('2.5.29.17'), octets(sequence(implicit(2, Buffer.from('localhost'))))),
);

/** A certificate for `localhost`, X.509 version 3 (RFC 5280), which node:crypto can read but not write. */
function selfSigned(privateKey: KeyObject, publicKey: KeyObject, nowMs: number): Buffer {
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    NAME,
    sequence(time(nowMs - EARLIER_MS), time(nowMs + VALID_MS)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, EXTENSIONS),
  );
  return sequence(body, ECDSA_SHA256, bits(sign('sha256', body, privateKey)));
}
