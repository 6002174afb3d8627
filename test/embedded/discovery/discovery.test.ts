import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { execa } from 'execa';

import { temporaryDir, type RktResult } from '../../support/embedded-rkt.ts';
import { buildImage } from '../../support/images.ts';
import { requires } from '../../support/requirements.ts';
import { openWebSandbox, type WebSandbox } from '../../support/web-sandbox.ts';

const RKT = fileURLToPath(new URL('../../../dist/embedded/rkt.sh', import.meta.url));
const PAGE =
  '<meta name="ac-discovery" content="example.com https://files.example.com/{name}-{version}-{os}-{arch}.{ext}">' +
  '<meta name="ac-discovery-pubkeys" content="example.com https://files.example.com/keys.gpg">';
const FILE = 'files.example.com/example.com/team/app';

describe('images by name, over the network', function () {
  this.timeout(120_000);
  let dir: ReturnType<typeof temporaryDir>;
  let web: WebSandbox | undefined;
  let home: string | undefined;
  let stores = 0;

  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--batch', '--homedir', home ?? '', '--passphrase', '', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  /** rkt beside the web servers, with a store and a configuration that only the test has used. */
  const rktOf = (store: string) => {
    const dirs = { dir: 'data', 'local-config': 'etc', 'system-config': 'usr' };
    const globals = Object.entries(dirs).map(([name, sub]) => `--${name}=${join(dir.path, store, sub)}`);
    return async (...args: readonly string[]): Promise<RktResult> => {
      const [program = '', ...words] = [...(web?.enter ?? []), 'sh', RKT, ...globals, ...args];
      const env = { SSL_CERT_FILE: web?.authority ?? '' };
      const { exitCode, stdout, stderr } = await execa(program, words, {
        env,
        reject: false,
        stdin: 'ignore',
      });
      return { exitCode: exitCode ?? -1, stdout, stderr };
    };
  };
  const newRkt = () => rktOf(`store-${(stores += 1)}`);
  const imageOf = async (
    name: string,
    labels: Readonly<Record<string, string>>,
    more: object = {},
  ): Promise<Buffer> => {
    const at = join(dir.path, `image-${(stores += 1)}`);
    mkdirSync(at);
    const pairs = Object.entries(labels).map(([label, value]) => ({ name: label, value }));
    return readFileSync(
      await buildImage(at, { name, manifest: { labels: pairs, ...more }, bare: true, files: [] }),
    );
  };

  before(async function () {
    requires(this, 'root', 'pods', 'gpg', 'openssl', 'ip');
    dir = temporaryDir();
    home = join(dir.path, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    gpg('--quick-generate-key', 'Example Signer <signer@example.com>', 'ed25519', 'sign', 'never');
    web = await openWebSandbox(dir.path, ['example.com', 'files.example.com', 'plain.example.org']);
    web.serve('files.example.com/keys.gpg', gpg('--armor', '--export'));
    web.serve('example.com/index.html', PAGE);
    const arch = process.arch === 'arm64' ? 'aarch64' : 'amd64';
    for (const [version, suffix] of [
      ['1.0', '1.0'],
      ['2.0', 'latest'],
    ] as const) {
      const image = await imageOf('example.com/team/app', { version, os: 'linux', arch });
      web.serve(`${FILE}-${suffix}-linux-${arch}.aci`, image, {
        headers: { etag: `"v${version}"`, 'cache-control': 'public, max-age=0' },
      });
      const signed = join(dir.path, `signed-${version}`);
      execFileSync('tee', [signed], { input: image, stdio: ['pipe', 'ignore', 'inherit'] });
      gpg('--armor', '--output', `${signed}.asc`, '--detach-sign', signed);
      web.serve(`${FILE}-${suffix}-linux-${arch}.aci.asc`, readFileSync(`${signed}.asc`));
    }
    const other = await imageOf('example.com/team/other', { version: '1.0', os: 'linux', arch });
    web.serve(`files.example.com/example.com/team/wrong-1.0-linux-${arch}.aci`, other);
    web.requests();
  });
  after(async () => {
    await web?.close();
    if (home === undefined) return;
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
    dir.remove();
  });

  it('are found by the pages of the name and of its parents, with the version that is asked for', async () => {
    const rkt = newRkt();
    const { exitCode, stdout, stderr } = await rkt(
      '--insecure-options=image',
      'fetch',
      'example.com/team/app:1.0',
    );
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.match(/^sha512-[0-9a-f]{32}$/);
    expect(web?.requests().map((line) => line.replace(/-(amd64|aarch64)/, '-ARCH'))).to.deep.equal([
      'https://example.com/team/app?ac-discovery=1',
      'https://example.com/team?ac-discovery=1',
      'https://example.com/?ac-discovery=1',
      'https://files.example.com/example.com/team/app-1.0-linux-ARCH.aci',
    ]);
  });

  it('are asked for again only when the policy says so, and not downloaded again while they have not changed', async () => {
    const rkt = newRkt();
    await rkt('--insecure-options=image', 'fetch', 'example.com/team/app');
    web?.requests();
    await rkt('--insecure-options=image', 'fetch', '--pull-policy=new', 'example.com/team/app');
    expect(web?.requests()).to.deep.equal([]);
    const { exitCode, stdout } = await rkt('--insecure-options=image', 'fetch', 'example.com/team/app');
    expect([exitCode, stdout.slice(0, 7)]).to.deep.equal([0, 'sha512-']);
    expect(web?.requests()).to.have.length(4);
    const list = await rkt('image', 'list', '--fields=name', '--no-legend');
    expect(list.stdout).to.equal('example.com/team/app:2.0');
  });

  it('are verified by a key that was found the same way, when the command says to trust it', async () => {
    const rkt = newRkt();
    const refused = await rkt('fetch', 'example.com/team/app:1.0');
    expect(refused.exitCode).to.equal(254);
    expect(refused.stderr).to.contain('pubkey:  - call rkt with --trust-keys-from-https\n');
    expect(refused.stderr).to.contain('error reviewing key: unable to ask user');
    expect(refused.stderr).to.match(/fetch: openpgp: signature made by unknown entity$/);

    const taken = await rkt('--trust-keys-from-https', 'fetch', 'example.com/team/app:1.0');
    expect([taken.exitCode, taken.stdout.slice(0, 7)]).to.deep.equal([0, 'sha512-']);
    expect(taken.stdout.split('\n')).to.have.length(1);
    expect(taken.stderr).to.contain(
      'Trusting "https://files.example.com/keys.gpg" for prefix "example.com/team/app"',
    );
    expect(taken.stderr).to.contain('image: signature verified:\n  Example Signer <signer@example.com>');

    web?.requests();
    expect((await rkt('fetch', 'example.com/team/app:1.0')).exitCode).to.equal(0);
    expect(web?.requests().some((line) => line.includes('keys.gpg'))).to.equal(false);
  });

  it('that were taken unverified are not used where they have to be verified', async () => {
    const rkt = newRkt();
    await rkt('--insecure-options=image', 'fetch', 'example.com/team/app:1.0');
    web?.requests();
    const { exitCode } = await rkt('fetch', 'example.com/team/app:1.0');
    expect(exitCode).to.equal(254);
    const verified = await rkt('--trust-keys-from-https', 'fetch', 'example.com/team/app:1.0');
    expect(verified.stderr).to.contain('image: signature verified');
  });

  it('are trusted by `trust` with a prefix alone', async () => {
    const rkt = newRkt();
    const trusted = await rkt('trust', '--skip-fingerprint-review', '--prefix=example.com/team');
    expect([trusted.exitCode, trusted.stdout]).to.satisfy(
      ([code, text]: [number, string]) =>
        code === 0 && text.includes('Added key for prefix "example.com/team" at '),
    );
    expect((await rkt('fetch', 'example.com/team/app:1.0')).stderr).to.contain('image: signature verified');
    const none = await rkt('trust', '--skip-fingerprint-review', '--prefix=plain.example.org');
    expect([none.exitCode, none.stderr]).to.deep.equal([
      254,
      'trust: determining key location: discovery failed; to trust a key that you have, run rkt trust --prefix=plain.example.org KEYFILE',
    ]);
  });

  it('bring the images that they depend on, and theirs', async () => {
    const platform = { os: 'linux', arch: process.arch === 'arm64' ? 'aarch64' : 'amd64' };
    const chain = ['top', 'middle', 'bottom'];
    for (const [i, name] of chain.entries()) {
      const below = chain[i + 1];
      const dependencies = below === undefined ? [] : [{ imageName: `example.com/${below}` }];
      const content = await imageOf(`example.com/${name}`, platform, { dependencies });
      web?.serve(`files.example.com/example.com/${name}-latest-linux-${platform.arch}.aci`, content);
    }
    const rkt = newRkt();
    const { exitCode, stderr } = await rkt('--insecure-options=image', 'fetch', 'example.com/top');
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    const list = await rkt('image', 'list', '--fields=name', '--no-legend', '--sort=name');
    expect(list.stdout.split('\n').map((line) => line.trim())).to.deep.equal(
      ['bottom', 'middle', 'top'].map((name) => `example.com/${name}`),
    );
  });

  it('are refused when the server gives another image, and leave nothing', async () => {
    const rkt = newRkt();
    const { exitCode, stderr } = await rkt('--insecure-options=image', 'fetch', 'example.com/team/wrong:1.0');
    expect([exitCode, stderr]).to.deep.equal([
      254,
      'fetch: the server gave the image "example.com/team/other" instead of "example.com/team/wrong"',
    ]);
    expect((await rkt('image', 'list', '--no-legend')).stdout).to.equal('');
  });

  it('are looked for over http only where that is allowed', async () => {
    const page =
      '<meta name="ac-discovery" content="plain.example.org http://plain.example.org/{name}.{ext}">';
    web?.serve('plain.example.org/index.html', page, { scheme: 'http' });
    const platform = { os: 'linux', arch: process.arch === 'arm64' ? 'aarch64' : 'amd64' };
    web?.serve('plain.example.org/plain.example.org.aci', await imageOf('plain.example.org', platform));
    const rkt = newRkt();
    const refused = await rkt('--insecure-options=image', 'fetch', 'plain.example.org');
    expect([refused.exitCode, refused.stderr]).to.deep.equal([254, 'fetch: discovery failed']);
    const { exitCode } = await rkt('--insecure-options=image,http', 'fetch', 'plain.example.org');
    expect(exitCode).to.equal(0);
  });

  it('are asked for with the credentials of the configuration, at their host alone', async () => {
    const store = `store-${(stores += 1)}`;
    const auth = join(dir.path, store, 'etc/auth.d');
    mkdirSync(auth, { recursive: true });
    const entry = {
      rktKind: 'auth',
      rktVersion: 'v1',
      domains: ['files.example.com'],
      type: 'basic',
      credentials: { user: 'u', password: 'p' },
    };
    execFileSync('tee', [join(auth, 'files.json')], {
      input: JSON.stringify(entry),
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    web?.requests();
    await rktOf(store)('--insecure-options=image', 'fetch', 'example.com/team/app:1.0');
    const requests = web?.requests() ?? [];
    expect(requests.filter((line) => line.includes(' '))).to.have.length(1);
    expect(requests.at(-1)).to.match(/^https:\/\/files\.example\.com\/.* Basic dTpw$/);
  });

  it('say `discovery failed`, and with --debug which pages had nothing', async () => {
    const { exitCode, stderr } = await newRkt()(
      '--debug',
      '--insecure-options=image',
      'fetch',
      'nowhere.example.net/a',
    );
    expect(exitCode).to.equal(254);
    expect(stderr).to.contain("image: meta tag 'ac-discovery' not found on nowhere.example.net/a: ");
    expect(stderr).to.match(/fetch: discovery failed$/);
  });
});
