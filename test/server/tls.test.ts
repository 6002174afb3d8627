import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { IncomingMessage } from 'node:http';

import { expect } from 'chai';

import { loadTls, type TlsFiles } from '../../src/server/tls-files.ts';
import { expectRktError, expectRktRejection } from '../support/errors.ts';
import { HOST_CERT, HOST_KEY } from '../support/host-certificate.ts';
import { requires } from '../support/requirements.ts';
import { openServerFixture, type ServerFixture } from '../support/server-fixture.ts';

describe('an agent with a certificate', () => {
  let directory: string;
  let files: TlsFiles;
  let fixture: ServerFixture | undefined;
  const errors: string[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-tls-'));
    files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
    await writeFile(files.cert, HOST_CERT);
    await writeFile(files.key, HOST_KEY, { mode: 0o600 });
    errors.length = 0;
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
    await rm(directory, { recursive: true });
  });

  const nothing = (): void => undefined;
  const error = (_fields: object, message: string): void => void errors.push(message);
  const open = async (): Promise<URL> => {
    fixture = await openServerFixture({
      tls: files,
      logger: { debug: nothing, info: nothing, warn: nothing, error },
    });
    return new URL(fixture.server.url ?? '');
  };
  const ask = async (url: URL, path: string, more: object = {}): Promise<IncomingMessage> => {
    const options = { ca: HOST_CERT, servername: 'localhost', agent: false, ...more };
    const sent = request(new URL(path, url), options).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };
  const fingerprintOf = async ({ hostname, port }: URL): Promise<string> => {
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const makeAnother = (): void => {
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const out = ['-keyout', files.key, '-out', files.cert];
    const made = spawnSync('openssl', ['req', '-x509', ...key, ...subject, ...out]);
    expect(made.status, made.stderr.toString()).to.equal(0);
  };

  it('answers over HTTPS, and changes nothing without the token', async () => {
    const url = await open();
    expect(url.protocol).to.equal('https:');
    const answer = await ask(url, '/v1/tasks');
    expect(answer.statusCode).to.equal(200);
    expect(await text(answer)).to.include('"web"');
    expect((await ask(url, '/v1/tasks/web/stop', { method: 'POST' })).statusCode).to.equal(401);
    const headers = { authorization: `Bearer ${fixture?.token ?? ''}` };
    const session = await ask(url, '/v1/session', { method: 'POST', headers });
    expect(session.headers['set-cookie']?.[0]).to.match(/HttpOnly.*Secure|Secure.*HttpOnly/);
  });

  it('serves another certificate after a reload, and drops no connection', async function () {
    requires(this, 'openssl');
    const url = await open();
    const stream = await ask(url, '/v1/streams/tasks');
    const before = await fingerprintOf(url);
    makeAnother();
    fixture?.server.reload({ tls: files });
    const after = await fingerprintOf(url);
    expect(after).not.to.equal(before);
    expect(stream.destroyed).to.equal(false);
    await writeFile(files.cert, HOST_CERT);
    fixture?.server.reload({ tls: files });
    expect(errors.join()).to.include('it is not the key of the certificate');
    expect(await fingerprintOf(url)).to.equal(after);
    stream.destroy();
  });

  it('closes while a connection has not said that it wants TLS', async () => {
    const { hostname, port } = await open();
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', nothing);
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await fixture?.close();
    fixture = undefined;
    await closed;
  });

  it('refuses a key that others can read, before it listens', async () => {
    await chmod(files.key, 0o640);
    const refused = await expectRktRejection(open(), 'RKT_ERR_TLS');
    expect(refused.message).to.include(files.key).and.include('other users can read it (mode 640)');
  });

  const YEAR_MS = 365.25 * 86_400_000;
  it('refuses a certificate that has expired, or is not valid yet', () => {
    const later = expectRktError(() => loadTls(files, 170 * YEAR_MS), 'RKT_ERR_TLS');
    expect(later.message).to.include('has expired (');
    const earlier = expectRktError(() => loadTls(files, 40 * YEAR_MS), 'RKT_ERR_TLS');
    expect(earlier.message).to.include('is not valid yet (');
  });

  for (const [what, which, content, message] of [
    ['a certificate that is none', 'cert', 'hello', 'contains no certificate in PEM'],
    ['a key that is none', 'key', 'hello', 'contains no private key in PEM'],
  ] as const)
    it(`refuses ${what}`, async () => {
      await writeFile(files[which], content);
      expect(expectRktError(() => loadTls(files), 'RKT_ERR_TLS').message).to.include(message);
    });

  it('refuses a file that does not exist', () => {
    const missing = { ...files, cert: join(directory, 'none.pem') };
    expect(expectRktError(() => loadTls(missing), 'RKT_ERR_TLS').message).to.include('ENOENT');
  });
});
