import { X509Certificate } from 'node:crypto';

import { expect } from 'chai';

import { time } from '../../src/nomad/der.ts';
import { createPluginTls } from '../../src/nomad/tls.ts';
import { HOST_CERT } from '../support/host-certificate.ts';
import { expectRktError } from '../support/errors.ts';

describe('createPluginTls', () => {
  const NOW_MS = Date.UTC(2026, 5, 1);

  it('makes a certificate for localhost that vouches for itself', () => {
    const certificate = new X509Certificate(createPluginTls(HOST_CERT, NOW_MS).certificate);
    expect(certificate.verify(certificate.publicKey)).to.equal(true);
    expect(certificate.checkIssued(certificate)).to.equal(true);
    expect(certificate.checkHost('localhost')).to.equal('localhost');
    expect(certificate.ca).to.equal(true);
    expect(certificate.keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(certificate.validFrom)).to.equal(NOW_MS - 30_000);
    expect(Date.parse(certificate.validTo)).to.be.greaterThan(NOW_MS);
  });

  it('makes another one each time', () => {
    const [one, other] = [createPluginTls(HOST_CERT), createPluginTls(HOST_CERT)];
    expect(one.certificate.equals(other.certificate)).to.equal(false);
  });

  it('stays valid where the way to write a year changes', () => {
    const { validTo } = new X509Certificate(createPluginTls(HOST_CERT, Date.UTC(2045, 0, 1)).certificate);
    expect(new Date(validTo).getUTCFullYear()).to.equal(2054);
    expect(time(Date.UTC(2050, 0, 1)).toString('latin1')).to.equal('\x18\x0f20500101000000Z');
    expect(time(Date.UTC(2049, 11, 31)).toString('latin1')).to.equal('\x17\x0d491231000000Z');
  });

  ['not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'].forEach((pem) => {
    it(`refuses ${JSON.stringify(pem)}`, () => {
      const { message } = expectRktError(() => createPluginTls(pem), 'RKT_ERR_OPTIONS');
      expect(message).to.include('PLUGIN_CLIENT_CERT');
    });
  });
});
