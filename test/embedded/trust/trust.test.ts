import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RktResult } from '../../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../../support/embedded-rkt.ts';
import { buildImage } from '../../support/images.ts';
import { requires } from '../../support/requirements.ts';

describe('signatures', function () {
  this.timeout(60_000);
  let dir: ReturnType<typeof temporaryDir>;
  let home: string | undefined;
  let image: string;

  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--batch', '--homedir', home ?? '', '--passphrase', '', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const rkt = (...argv: readonly string[]): Promise<RktResult> => {
    const dirs = { dir: 'data', 'local-config': 'etc', 'system-config': 'usr' };
    return callRkt([
      ...Object.entries(dirs).map(([name, sub]) => `--${name}=${join(dir.path, sub)}`),
      ...argv,
    ]);
  };

  before(async function () {
    requires(this, 'gpg');
    dir = temporaryDir();
    home = join(dir.path, 'gnupg');
    fs.mkdirSync(home, { mode: 0o700 });
    gpg('--quick-generate-key', 'Example Signer <signer@example.com>', 'ed25519', 'sign', 'never');
    fs.writeFileSync(join(dir.path, 'pub.gpg'), gpg('--armor', '--export'));
    image = await buildImage(dir.path, { name: 'example.com/signed', bare: true, files: [] });
    gpg('--armor', '--output', `${image}.asc`, '--detach-sign', image);
  });
  after(() => {
    if (home === undefined) return;
    // signing has started an agent for this home; it ends with its socket's owner asking
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
    dir.remove();
  });

  it('refuses a key no one trusts', async () => {
    const { exitCode, stderr } = await rkt('fetch', image);
    expect(exitCode).to.equal(254);
    expect(stderr).to.equal(
      'image: If you expected the signing key to change, try running:\nimage:     rkt trust --prefix <image>\n' +
        'fetch: openpgp: signature made by unknown entity\n',
    );
  });

  it('accepts a key trusted for a prefix of the name, and for no other', async () => {
    const key = join(dir.path, 'pub.gpg');
    await rkt('trust', '--prefix=example.org', '--skip-fingerprint-review', key);
    expect((await rkt('fetch', image)).exitCode).to.equal(254);
    await rkt('trust', '--prefix=example.com/sig', '--skip-fingerprint-review', key);
    expect((await rkt('fetch', image)).exitCode).to.equal(254);
    const { stdout } = await rkt('trust', '--prefix=example.com/*', '--skip-fingerprint-review', key);
    expect(stdout).to.match(
      /^gpg key fingerprint is: (?:[0-9A-F]{4} ){5}(?: [0-9A-F]{4}){5}\n\tExample Signer/,
    );
    expect(stdout).to.contain(
      `Added key for prefix "example.com" at "${join(dir.path, 'etc/trustedkeys/prefix.d/example.com/')}`,
    );
    const { exitCode, stderr } = await rkt('fetch', image);
    expect(stderr).to.equal('image: signature verified:\n  Example Signer <signer@example.com>\n');
    expect(exitCode).to.equal(0);
  });

  it('has nothing to add, without a key file, for a prefix whose keys are known', async () => {
    const again = ['trust', '--skip-fingerprint-review=true'];
    const key = join(dir.path, 'pub.gpg');
    await rkt('trust', '--prefix=example.net/team', '--skip-fingerprint-review', key);
    for (const prefix of ['example.net/team', 'example.net/team/*', 'example.net/team/app']) {
      const { exitCode, stdout, stderr } = await rkt(...again, `--prefix=${prefix}`);
      expect([exitCode, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.contain('trusted for prefix "example.net/team');
    }
    for (const prefix of ['example.net', 'example.net/te', 'example.net/teams']) {
      const { exitCode, stderr } = await rkt(...again, `--prefix=${prefix}`);
      expect(exitCode).to.equal(254);
      expect(stderr).to.contain('determining key location').and.to.contain(`--prefix=${prefix} KEYFILE`);
    }
  });

  it('takes a key that the local configuration masks for none', async () => {
    const name = fs.readdirSync(join(dir.path, 'etc/trustedkeys/prefix.d/example.net/team'))[0] ?? '';
    for (const [config, text] of [
      ['usr', 'a key'],
      ['etc', ''],
    ] as const) {
      const keys = join(dir.path, config, 'trustedkeys/prefix.d/example.edu');
      fs.mkdirSync(keys, { recursive: true });
      fs.writeFileSync(join(keys, name), text);
    }
    expect((await rkt('trust', '--prefix=example.edu')).exitCode).to.equal(254);
  });

  it('refuses a signature of other bytes', async () => {
    const other = await buildImage(join(dir.path, 'other'), {
      name: 'example.com/signed',
      version: '2',
      bare: true,
    });
    fs.copyFileSync(`${image}.asc`, `${other}.asc`);
    expect((await rkt('fetch', other)).stderr).to.equal(
      "fetch: openpgp: invalid signature: hash tag doesn't match\n",
    );
    expect((await rkt('fetch', other, `--signature=${join(dir.path, 'none.asc')}`)).stderr).to.equal(
      `fetch: open ${join(dir.path, 'none.asc')}: no such file or directory\n`,
    );
  });

  it('wants a domain to trust a key for', async () => {
    const { exitCode, stderr } = await rkt('trust', join(dir.path, 'pub.gpg'));
    expect(exitCode).to.equal(254);
    expect(stderr).to.match(/^trust: aborting due to implicit unbounded trust \(root domain\)\n/);
  });
});
