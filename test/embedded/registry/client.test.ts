import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { HOST_CERT } from '../../support/host-certificate.ts';
import { Puller } from '../../support/registry-pull.ts';
import type { Intercept, PutImage } from '../../support/registry.ts';
import { TestRegistry, sendError } from '../../support/registry.ts';
import { until } from '../../support/until.ts';

const PASSWORD = 'pa:ss word';
const BASIC = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;

/** Lets in who has this header, and asks others for it. */
const wants =
  (header: string, challenge: string): Intercept =>
  (request, response) => {
    if (request.headers.authorization === header) return false;
    const { authorization = '' } = request.headers;
    sendError(response, 401, 'UNAUTHORIZED', `not with ${authorization}`, { 'www-authenticate': challenge });
    return true;
  };

describe('the client of a registry', () => {
  let registry: TestRegistry;
  let other: TestRegistry;
  let image: PutImage;
  let puller: Puller;
  before(async () => {
    registry = await new TestRegistry().listen();
    other = await new TestRegistry().listen();
  });
  after(async () => {
    await registry.close();
    await other.close();
  });
  beforeEach(async () => {
    registry.reset();
    other.reset();
    puller = new Puller();
    image = await registry.put('team/app', { layers: [{ a: 'first' }, { b: 'second' }] });
  });
  afterEach(() => puller.remove());

  const dockerAuth = (host: string, password = PASSWORD): void =>
    puller.configure('auth.d/test.json', {
      rktKind: 'dockerAuth',
      registries: [host],
      credentials: { user: 'user', password },
    });
  const tokens =
    (value: string | (() => string)): Intercept =>
    (request, response) => {
      if (request.url?.startsWith('/token') !== true) return false;
      response.end(JSON.stringify({ token: typeof value === 'string' ? value : value(), expires_in: 60 }));
      return true;
    };

  it('pulls by tag and by digest, each blob once', async () => {
    const first = await puller.pull(`${registry.host}/team/app`);
    expect(first.manifestDigest).to.equal(image.manifestDigest);
    expect(first.layers.map(({ digest }) => digest)).to.deep.equal(image.layerDigests);
    await puller.pull(`${registry.host}/team/app@${image.manifestDigest}`);
    const layers = registry.seen.filter(({ url }) =>
      image.layerDigests.some((digest) => url.endsWith(digest)),
    );
    expect(layers).to.have.length(2);
  });

  it('sends user and password of auth.d to a registry that asks for them', async () => {
    registry.intercepts.push(wants(BASIC, 'Basic realm="test"'));
    expect(await puller.failure(`${registry.host}/team/app`)).to.include(
      'asks for credentials: no credentials for',
    );
    dockerAuth(registry.host);
    await puller.pull(`${registry.host}/team/app`);
  });

  it('says that credentials are wrong without showing them, even if the registry sends them back', async () => {
    registry.intercepts.push(wants('Basic other', 'Basic realm="test"'));
    dockerAuth(registry.host);
    const failure = await puller.failure(`${registry.host}/team/app`);
    expect(failure).to.include('denies access: status code 401 (UNAUTHORIZED: not with Basic …)');
    expect(failure).to.include('are not accepted');
    expect(failure).not.to.include(BASIC.slice(6));
  });

  it('gets a token for anybody, for the image alone, and keeps it', async () => {
    const challenge = `Bearer realm="http://${registry.host}/token",service="the, service",scope=""`;
    registry.intercepts.push(wants('Bearer secret-token', challenge), tokens('secret-token'));
    await puller.pull(`${registry.host}/team/app`);
    const asked = registry.seen.filter(({ url }) => url.startsWith('/token'));
    expect(asked.map(({ url }) => new URL(url, 'http://x').searchParams.toString())).to.deep.equal([
      'service=the%2C+service&scope=repository%3Ateam%2Fapp%3Apull',
    ]);
    expect(asked[0]?.authorization).to.equal(undefined);
  });

  it('gets a token with credentials, and another one when it has expired', async () => {
    let made = 0;
    const challenge = `Bearer realm="http://${registry.host}/token",service="s"`;
    registry.intercepts.push(
      (request, response) => wants(`Bearer t${made}`, challenge)(request, response),
      tokens(() => `t${(made += 1)}`),
      (request) => {
        // it expires as soon as the manifest has been asked for with it
        if (request.url?.includes('/manifests/') === true && made === 1) queueMicrotask(() => (made = 1.5));
        return false;
      },
    );
    dockerAuth(registry.host);
    await puller.pull(`${registry.host}/team/app`);
    const asked = registry.seen.filter(({ url }) => url.startsWith('/token'));
    expect(asked.map(({ authorization }) => authorization)).to.deep.equal([BASIC, BASIC]);
  });

  it('shows no token and no text of a token server that fails', async () => {
    const challenge = `Bearer realm="http://${registry.host}/token"`;
    registry.intercepts.push(wants('Bearer other', challenge), tokens('secret-token'));
    expect(await puller.failure(`${registry.host}/team/app`)).to.include('not with Bearer …');
    registry.intercepts.push((request, response) => {
      if (request.url?.startsWith('/token') !== true) return false;
      response.end('secret');
      return true;
    });
    const failure = await puller.failure(`${registry.host}/team/app`);
    expect(failure).to.match(/^cannot get a token of .*: the answer is no token$/);
  });

  it('sends no authorization along with a redirect to another host', async () => {
    const [digest = ''] = image.layerDigests;
    other.blobs.set(digest, registry.blobs.get(digest) ?? Buffer.alloc(0));
    registry.intercepts.push(
      (request, response) => {
        if (request.url?.endsWith(digest) !== true) return false;
        response.writeHead(307, { location: `http://${other.host}/v2/x/blobs/${digest}` });
        response.end();
        return true;
      },
      wants(BASIC, 'Basic realm="test"'),
    );
    dockerAuth(registry.host);
    await puller.pull(`${registry.host}/team/app`);
    expect(other.seen.map(({ url, authorization }) => [url.endsWith(digest), authorization])).to.deep.equal([
      [true, undefined],
    ]);
  });

  it('lets no host that it is redirected to ask for credentials', async () => {
    registry.intercepts.push((request, response) => {
      if (request.url?.includes('/blobs/') !== true) return false;
      response.writeHead(307, { location: `http://${other.host}/stolen?X-Signature=secret` });
      response.end();
      return true;
    });
    other.intercepts.push(wants('never', `Bearer realm="http://${other.host}/token"`));
    dockerAuth(registry.host);
    dockerAuth(other.host);
    const failure = await puller.failure(`${registry.host}/team/app`);
    expect(failure).to.include('401').and.not.to.include('X-Signature');
    expect(other.seen.map(({ url }) => url)).to.deep.equal(['/stolen?X-Signature=secret']);
  });

  it('waits as it is asked to, and tries errors of the server again', async () => {
    const answers = [
      [429, { 'retry-after': '7' }],
      [500, {}],
      [502, {}],
    ] as const;
    let next = 0;
    registry.intercepts.push((request, response) => {
      const answer = request.url?.includes('/manifests/') === true ? answers[next++] : undefined;
      if (answer === undefined) return false;
      sendError(response, answer[0], 'BUSY', 'busy', answer[1]);
      return true;
    });
    await puller.pull(`${registry.host}/team/app`);
    expect(puller.waits[0]).to.equal(7000);
    expect(puller.waits[1]).to.be.within(1000, 1250);
    expect(puller.waits[2]).to.be.within(2000, 2500);
  });

  it('goes on with a blob whose transfer has broken, also in a later call', async () => {
    const [digest = ''] = image.layerDigests;
    const blob = registry.blobs.get(digest) ?? Buffer.alloc(0);
    let breaks = 0;
    const cut: Intercept = (request, response) => {
      if (request.url?.endsWith(digest) !== true || (request.headers.range !== undefined && breaks > 0))
        return false;
      breaks += 1;
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, 20));
      const part = join(puller.dir, `${digest.replace(':', '-')}.part`);
      const isThere = (): boolean => statSync(part, { throwIfNoEntry: false })?.size === 20;
      void until('20 bytes are stored', isThere).then(() => response.destroy());
      return true;
    };
    registry.intercepts.push(cut);
    const { layers } = await puller.pull(`${registry.host}/team/app`);
    expect(layers[0]?.bytes).to.equal(blob.length);
    const ranges = registry.seen.filter(({ url }) => url.endsWith(digest)).map(({ range }) => range);
    expect(ranges).to.deep.equal([undefined, 'bytes=20-']);

    const later = new Puller();
    try {
      mkdirSync(later.dir);
      writeFileSync(join(later.dir, `${digest.replace(':', '-')}.part`), blob.subarray(0, 33));
      registry.reset();
      await later.pull(`${registry.host}/team/app`);
      expect(registry.seen.find(({ url }) => url.endsWith(digest))?.range).to.equal('bytes=33-');
      // what is not what it should be is not believed
      writeFileSync(join(later.dir, digest.replace(':', '-')), Buffer.alloc(blob.length));
      await later.pull(`${registry.host}/team/app`);
    } finally {
      later.remove();
    }
  });

  it('takes credentials of docker login: as text, of a helper, and an identity token', async () => {
    registry.intercepts.push(wants(BASIC, 'Basic realm="test"'));
    const dockerDir = puller.path('docker');
    const bin = puller.path('bin');
    mkdirSync(dockerDir);
    mkdirSync(bin);
    const env = { DOCKER_CONFIG: dockerDir, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const config = (value: unknown): void =>
      writeFileSync(join(dockerDir, 'config.json'), JSON.stringify(value));
    const pull = (): Promise<unknown> => puller.pull(`${registry.host}/team/app`, { env });

    config({ auths: { [`https://${registry.host}/v1/`]: { auth: BASIC.slice(6) } } });
    await pull();
    const helper = join(bin, 'docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread -r host; [ "$host" = "${registry.host}" ] || exit 1\necho '${JSON.stringify({ Username: 'user', Secret: PASSWORD })}'\n`,
    );
    chmodSync(helper, 0o755);
    config({ credHelpers: { [registry.host]: 'test' } });
    await pull();
    config({ credsStore: 'gone', auths: { [registry.host]: { username: 'user', password: PASSWORD } } });
    await pull();
    expect(puller.printed.join('')).to.include('docker-credential-gone of docker');

    registry.reset();
    const challenge = `Bearer realm="http://${registry.host}/token",service="s"`;
    const bodies: string[] = [];
    registry.intercepts.push(wants('Bearer renewed', challenge), (request, response) => {
      if (request.url !== '/token' || request.method !== 'POST') return false;
      request.on('data', (chunk: Buffer) => void bodies.push(chunk.toString()));
      request.on('end', () => response.end(JSON.stringify({ access_token: 'renewed' })));
      return true;
    });
    config({ auths: { [registry.host]: { identitytoken: 'identity' } } });
    await pull();
    expect(new URLSearchParams(bodies.join('')).get('refresh_token')).to.equal('identity');
  });

  it('reads credentials with the local directory before that of the system, and quotes none that are broken', async () => {
    registry.intercepts.push(wants(BASIC, 'Basic realm="test"'));
    dockerAuth(registry.host);
    mkdirSync(join(puller.ctx.systemConfigDir, 'auth.d'), { recursive: true });
    writeFileSync(
      join(puller.ctx.systemConfigDir, 'auth.d/a.json'),
      JSON.stringify({
        rktKind: 'dockerAuth',
        rktVersion: 'v1',
        registries: [registry.host],
        credentials: { user: 'system', password: 'x' },
      }),
    );
    await puller.pull(`${registry.host}/team/app`);
    puller.configure('auth.d/test.json', {
      rktKind: 'dockerAuth',
      registries: registry.host,
      credentials: { user: 'user', password: PASSWORD },
    });
    const failure = await puller.failure(`${registry.host}/team/app`);
    expect(failure).to.include('not valid at registries').and.not.to.include(PASSWORD);
  });

  it('says which address has no registry', async () => {
    expect(await puller.failure('localhost:1/app')).to.equal(
      'Get "https://localhost:1/v2/": dial tcp localhost:1: connection refused',
    );
    const unknown = await puller.failure('registry.invalid/app');
    expect(unknown).to.match(
      /^Get "https:\/\/registry\.invalid\/v2\/": dial tcp: lookup registry\.invalid: /,
    );
  });

  describe('over TLS', () => {
    let secure: TestRegistry;
    before(async () => (secure = await new TestRegistry('https').listen()));
    after(() => secure.close());
    beforeEach(async () => {
      secure.reset();
      await secure.put('app');
    });

    const seen = (): number => secure.seen.filter(({ url }) => url !== '/v2/').length;
    const registries = (entry: Readonly<Record<string, unknown>>): void =>
      puller.configure('registries.d/test.json', { rktKind: 'registries', registries: [entry] });

    it("takes an authority of the system's, and refuses others", async () => {
      registries({ name: 'example.com', mirrors: [{ url: secure.origin }], only: true });
      expect(await puller.failure('example.com/app'))
        .to.include('self-signed certificate')
        .and.to.include('SSL_CERT_FILE');
      expect(seen()).to.equal(0);
      const file = puller.path('authority.pem');
      writeFileSync(file, HOST_CERT);
      await puller.pull('example.com/app', { env: { SSL_CERT_FILE: file } });
    });

    it('sends credentials over a connection that is not verified only where the configuration says so', async () => {
      secure.intercepts.push(wants(BASIC, 'Basic realm="test"'));
      const host = `127.0.0.1.nip.test:${secure.port}`;
      dockerAuth(host);
      // a registry that is not loopback by its name; the address comes from a mirror with that name in tests only
      const { sourcesOf } = await import('../../../src/embedded/registry/registry-endpoints.ts');
      const withFlag = sourcesOf({ ...puller.ctx, insecure: new Set(['tls', 'http']) }, host).at(-1);
      expect(
        withFlag?.endpoints.map(({ origin, verifiesTls, takesCredentials }) => [
          origin,
          verifiesTls,
          takesCredentials,
        ]),
      ).to.deep.equal([
        [`https://${host}`, true, true],
        [`https://${host}`, false, false],
        [`http://${host}`, true, false],
      ]);
      registries({ name: host, insecure: ['tls'] });
      const configured = sourcesOf(puller.ctx, host).at(-1);
      expect(configured?.endpoints.map(({ takesCredentials }) => takesCredentials)).to.deep.equal([
        true,
        true,
      ]);
      expect(sourcesOf(puller.ctx, 'example.com').at(-1)?.endpoints).to.have.length(1);
    });

    it('takes what a loopback registry has: TLS, TLS of its own, or none', async () => {
      await puller.pull(`${secure.host}/app`);
      await puller.pull(`${registry.host}/team/app`);
    });
  });

  describe('with mirrors', () => {
    const registries = (entry: Readonly<Record<string, unknown>>): void =>
      puller.configure('registries.d/test.json', { rktKind: 'registries', registries: [entry] });
    const mirrors = (...urls: readonly string[]): unknown => urls.map((url) => ({ url }));

    it('asks them in order, each with its own credentials, and the registry itself at last', async () => {
      await other.put('hub/team/app');
      other.intercepts.push((request, response) => {
        if (request.url?.includes('/blobs/') !== true) return false;
        sendError(response, 404, 'BLOB_UNKNOWN', 'not here');
        return true;
      });
      registries({ name: registry.host, mirrors: mirrors('http://localhost:1', `http://${other.host}/hub`) });
      const { manifestDigest } = await puller.pull(`${registry.host}/team/app@${image.manifestDigest}`);
      expect(manifestDigest).to.equal(image.manifestDigest);
      const printed = puller.printed.join('');
      expect(printed).to.match(/image: the mirror localhost:1: Get .*connection refused; trying the next\n/);
      expect(printed.match(/the mirror localhost:1:/g)).to.have.length(1);
      expect(other.seen.map(({ url }) => url)).to.include(
        `/v2/hub/team/app/manifests/${image.manifestDigest}`,
      );
      expect(registry.seen.some(({ url }) => url.includes('/blobs/'))).to.equal(true);
    });

    it('never asks the registry itself with "only"', async () => {
      registries({ name: registry.host, mirrors: mirrors(`http://${other.host}`), only: true });
      expect(await puller.failure(`${registry.host}/team/nowhere`)).to.include(
        `the mirror ${other.host} has no`,
      );
      expect(registry.seen).to.deep.equal([]);
    });

    it('takes another source when one sends other bytes', async () => {
      await other.put('team/app');
      const [digest = ''] = image.layerDigests;
      other.blobs.set(digest, Buffer.alloc(registry.blobs.get(digest)?.length ?? 0));
      registries({ name: registry.host, mirrors: mirrors(`http://${other.host}`) });
      await puller.pull(`${registry.host}/team/app@${image.manifestDigest}`);
      expect(puller.printed.join('')).to.include('no manifests/sha256:');
    });

    for (const [entry, words] of [
      [
        { name: 'x', mirrors: [{ url: 'ftp://x' }] },
        'registries.0.mirrors.0.url: expected http:// or https://',
      ],
      [{ name: 'x', mirrors: [{ url: 'https://u:secret@x' }] }, 'registries.0.mirrors.0.url'],
      [{ name: 'x', only: true }, '"x" has "only" and no mirrors'],
      [{ name: 'x', insecure: ['all'] }, 'registries.0.insecure.0'],
      [{ name: 'x', mirror: [] }, 'Unrecognized key: "mirror"'],
    ] as const) {
      it(`refuses ${JSON.stringify(entry)}`, async () => {
        registries(entry);
        const failure = await puller.failure(`${registry.host}/team/app`);
        expect(failure).to.include(words).and.not.to.include('secret');
      });
    }
  });
});
