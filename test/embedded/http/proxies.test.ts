import { expect } from 'chai';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { httpGet } from '../../../src/embedded/http/get.ts';
import { proxyFor } from '../../../src/embedded/http/proxy-settings.ts';
import { ConnectProxy } from '../../support/connect-proxy.ts';
import { callRkt, temporaryDir, type RktResult } from '../../support/embedded-rkt.ts';
import { TestRegistry } from '../../support/registry.ts';

const CLOSED_PORT = 'http://127.0.0.1:9';

describe('the proxy for a URL', () => {
  const HTTPS = 'https://registry.example.com/v2/';
  const cases: readonly (readonly [Readonly<Record<string, string>>, string, string | undefined])[] = [
    [{}, HTTPS, undefined],
    [{ HTTPS_PROXY: 'http://p:3128' }, HTTPS, 'p:3128'],
    [{ https_proxy: 'p' }, HTTPS, 'p:80'],
    [{ HTTPS_PROXY: '', https_proxy: 'https://q' }, HTTPS, 'q:443'],
    [{ HTTPS_PROXY: 'p:1', https_proxy: 'q:2' }, HTTPS, 'p:1'],
    [{ HTTP_PROXY: 'p:1' }, HTTPS, undefined],
    [{ HTTP_PROXY: 'p:1' }, 'http://example.com/', 'p:1'],
    [{ http_proxy: 'http://[fd00::1]:8080' }, 'http://example.com/', '[fd00::1]:8080'],
    [{ HTTP_PROXY: 'p:1' }, 'http://localhost:5000/', undefined],
    [{ HTTP_PROXY: 'p:1' }, 'http://127.9.9.9/', undefined],
    [{ HTTP_PROXY: 'p:1' }, 'http://[::1]:5000/', undefined],
  ];
  for (const [env, url, expected] of cases)
    it(`is ${expected ?? 'none'} for ${url} with ${JSON.stringify(env)}`, () =>
      expect(proxyFor(env, url)?.shown).to.equal(expected));

  const exceptions: readonly (readonly [string, string, boolean])[] = [
    ['*', HTTPS, true],
    ['example.com', HTTPS, true],
    ['EXAMPLE.com', HTTPS, true],
    ['.example.com', HTTPS, true],
    ['*.example.com', HTTPS, true],
    ['.example.com', 'https://example.com/', false],
    ['ample.com', HTTPS, false],
    ['a.org, example.com ,b.org', HTTPS, true],
    ['registry.example.com:443', HTTPS, true],
    ['registry.example.com:5000', HTTPS, false],
    ['registry.example.com:5000', 'https://registry.example.com:5000/', true],
    ['10.0.0.5', 'https://10.0.0.5/', true],
    ['10.0.0.0/8', 'https://10.1.2.3:5000/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
    ['fd00::/8', 'https://[fd00::2]/', true],
    ['', HTTPS, false],
    [',', HTTPS, false],
  ];
  for (const [list, url, isExcepted] of exceptions)
    it(`is ${isExcepted ? 'not ' : ''}used for ${url} with NO_PROXY=${list}`, () => {
      for (const name of ['NO_PROXY', 'no_proxy'])
        expect(proxyFor({ HTTPS_PROXY: 'p:1', [name]: list }, url) === undefined).to.equal(isExcepted);
    });

  for (const value of [
    'socks5://user:secret@p',
    'http://',
    'http://user:secret@',
    '://secret',
    'http://p:port',
  ])
    it(`is refused without its value when it is ${value}`, () =>
      expect(() => proxyFor({ HTTPS_PROXY: value }, HTTPS))
        .to.throw(RktFailure, /^HTTPS_PROXY names no http or https proxy: give http:\/\/\[USER/)
        .with.property('message')
        .that.does.not.include('secret'));
});

describe('requests through a proxy', () => {
  let proxy: ConnectProxy;
  let plain: TestRegistry;
  let secure: TestRegistry;
  before(async () => {
    [plain, secure] = [await new TestRegistry().listen(), await new TestRegistry('https').listen()];
  });
  after(async () => {
    await plain.close();
    await secure.close();
  });
  beforeEach(async () => {
    [plain, secure].forEach((registry) => registry.reset());
    proxy = await new ConnectProxy().listen();
  });
  afterEach(() => proxy.close());

  const get = async (
    url: string,
    env: Readonly<Record<string, string>>,
    unverified = true,
  ): Promise<number> => {
    const insecure = new Set(unverified ? (['tls'] as const) : []);
    const response = await httpGet({ env, insecure }, url, { headers: { authorization: 'Bearer token' } });
    response.resume();
    return response.statusCode ?? 0;
  };
  const failure = (
    url: string,
    env: Readonly<Record<string, string>>,
    unverified?: boolean,
  ): Promise<string> =>
    get(url, env, unverified).then(
      (status) => `status ${status}`,
      (error: unknown) => String(error),
    );

  it('of https are tunnelled: the proxy sees the host alone, and no header of the request', async () => {
    const url = `https://registry.test:${secure.port}/v2/`;
    expect(await get(url, { HTTPS_PROXY: `http://${proxy.host}` })).to.be.oneOf([200, 404]);
    expect(proxy.seen).to.deep.equal([{ method: 'CONNECT', target: `registry.test:${secure.port}` }]);
    expect(secure.seen).to.deep.equal([{ method: 'GET', url: '/v2/', authorization: 'Bearer token' }]);
  });

  it('of https verify the certificate of the host behind the proxy', async () => {
    const url = `https://registry.test:${secure.port}/v2/`;
    expect(await failure(url, { HTTPS_PROXY: proxy.host }, false)).to.match(
      /^Error: Get "https:\/\/registry\.test.*(certificate|altnames)/,
    );
    expect(secure.seen).to.deep.equal([]);
  });

  it('of http are sent to it whole, with the credentials of the proxy for it alone', async () => {
    proxy.credentials = 'us er:p@ss';
    const url = `http://registry.test:${plain.port}/v2/?a=b`;
    await get(url, { http_proxy: `http://us%20er:p%40ss@${proxy.host}` });
    expect(proxy.seen).to.deep.equal([
      { method: 'GET', target: url, authorization: `Basic ${Buffer.from('us er:p@ss').toString('base64')}` },
    ]);
    expect(plain.seen).to.deep.equal([{ method: 'GET', url: '/v2/?a=b', authorization: 'Bearer token' }]);
  });

  it('say which proxy refuses them or cannot be reached, without its credentials', async () => {
    proxy.credentials = 'right:right';
    const url = `https://registry.test:${secure.port}/`;
    const wrong = await failure(url, { HTTPS_PROXY: `http://user:secret@${proxy.host}` });
    expect(wrong).to.equal(
      `Error: Get "${url}": the proxy ${proxy.host} does not accept the user and the password in the variable`,
    );
    const none = await failure(url, { HTTPS_PROXY: `http://${proxy.host}` });
    expect(none).to.include(`the proxy ${proxy.host} asks for a user and a password`);
    const gone = await failure(url, { HTTPS_PROXY: CLOSED_PORT.replace('//', '//user:secret@') });
    expect(gone).to.match(/^Error: Get "https:\S+": proxy 127\.0\.0\.1:9: connect ECONNREFUSED/);
    expect(`${wrong}${none}${gone}`).to.not.include('secret');
  });

  it('pull an image of a registry, and discover one by its name', async () => {
    await plain.put('team/app');
    const dir = temporaryDir();
    const rkt = (image: string): Promise<RktResult> =>
      callRkt(
        [
          `--dir=${dir.path}`,
          `--local-config=${dir.path}/etc`,
          '--insecure-options=image,http',
          'fetch',
          image,
        ],
        {
          env: { HTTP_PROXY: `http://${proxy.host}`, https_proxy: proxy.host },
        },
      );
    try {
      const { exitCode, stderr } = await rkt(`docker://registry.test:${plain.port}/team/app`);
      expect(exitCode, stderr).to.equal(0);
      const targets = proxy.seen.map(({ target }) => target);
      expect(targets[0], 'https first').to.equal(`registry.test:${plain.port}`);
      const rest = targets
        .slice(1)
        .filter((target) => !target.startsWith(`http://registry.test:${plain.port}/v2/`));
      expect([targets.length > 3, rest]).to.deep.equal([true, []]);
      proxy.seen.length = 0;
      expect((await rkt('images.test/team/app')).exitCode).to.equal(254);
      expect(proxy.seen.map(({ target }) => target)).to.include('http://images.test/team/app?ac-discovery=1');
    } finally {
      dir.remove();
    }
  });
});
