import { expect } from 'chai';

import { handshakeLine, readInvitation } from '../../src/nomad/handshake.ts';
import { HOST_ENVIRONMENT } from '../support/nomad-host.ts';

describe('readInvitation', () => {
  const withVersions = (versions: string | undefined) =>
    readInvitation({ ...HOST_ENVIRONMENT, PLUGIN_PROTOCOL_VERSIONS: versions });

  it('takes a host by its cookie', () => {
    expect(readInvitation(HOST_ENVIRONMENT)).to.deep.equal({
      appProtocol: 2,
      knowsMultiplexing: false,
      warnings: [],
    });
  });

  [undefined, '', 'e4327c2e'].forEach((cookie) => {
    it(`sees no host in the cookie ${JSON.stringify(cookie)}`, () => {
      expect(readInvitation({ ...HOST_ENVIRONMENT, NOMAD_PLUGIN_MAGIC_COOKIE: cookie })).to.equal(undefined);
    });
  });

  it('takes other variables of Nomad for what they are', () => {
    expect(readInvitation({ NOMAD_ADDR: 'http://127.0.0.1:4646', PLUGIN_PROTOCOL_VERSIONS: '2' })).to.equal(
      undefined,
    );
  });

  ['2', '1,2', '2,3', ' 2 ,1', '3,2,1'].forEach((versions) => {
    it(`chooses version 2 of ${versions}, without a word`, () => {
      expect(withVersions(versions)).to.include({ appProtocol: 2 }).and.to.have.property('warnings').that.is
        .empty;
    });
  });

  it('skips what is not a version, with a warning', () => {
    const { appProtocol, warnings } = withVersions('x,2,-1')!;
    expect(appProtocol).to.equal(2);
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.include('"x"');
  });

  [undefined, '', '1', '3,4'].forEach((versions) => {
    it(`says version 2 where the host offers ${JSON.stringify(versions)}, and leaves the complaint to the host`, () => {
      const { appProtocol, warnings } = withVersions(versions)!;
      expect(appProtocol).to.equal(2);
      expect(warnings.join()).to.include('this plugin 2');
    });
  });

  it('reads what a host requests for the socket, TLS and multiplexing; empty requests nothing', () => {
    const requests = {
      PLUGIN_UNIX_SOCKET_DIR: '/run/x',
      PLUGIN_UNIX_SOCKET_GROUP: 'nomad',
      PLUGIN_CLIENT_CERT: 'PEM',
      PLUGIN_MULTIPLEX_GRPC: 'false',
    };
    expect(readInvitation({ ...HOST_ENVIRONMENT, ...requests })).to.include({
      socketDir: '/run/x',
      socketGroup: 'nomad',
      clientCert: 'PEM',
      knowsMultiplexing: true,
    });
    expect(
      readInvitation({ ...HOST_ENVIRONMENT, PLUGIN_UNIX_SOCKET_DIR: '', PLUGIN_CLIENT_CERT: '' }),
    ).to.have.all.keys('appProtocol', 'knowsMultiplexing', 'warnings');
  });
});

describe('handshakeLine', () => {
  const invitation = { appProtocol: 2, knowsMultiplexing: false, warnings: [] };

  it('has six fields, the sixth empty', () => {
    expect(handshakeLine(invitation, '/tmp/s')).to.equal('1|2|unix|/tmp/s|grpc|\n');
  });

  it('declines multiplexing in a seventh field where the host knows one', () => {
    expect(handshakeLine({ ...invitation, knowsMultiplexing: true }, '/tmp/s')).to.equal(
      '1|2|unix|/tmp/s|grpc||false\n',
    );
  });

  it('has the certificate in base64 without padding', () => {
    expect(handshakeLine(invitation, '/tmp/s', Buffer.from([0xff]))).to.equal('1|2|unix|/tmp/s|grpc|/w\n');
  });
});
