import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { PodFixture } from '../../support/pod-fixture.ts';
import { requires } from '../../support/requirements.ts';

const CAPABILITY = Buffer.from('0100000200040000000000000000000000000000', 'hex').toString('hex');

/** What an app does to the files of its image. */
const CHANGES = [
  'rm /etc/removed',
  'rm -r /srv/old && mkdir /srv/old && echo new >/srv/old/file',
  'echo data >/etc/added && chmod 4750 /etc/added && touch -d "2001-02-03 04:05:06" /etc/added',
  'mkdir /var && ln /etc/added /var/again 2>/dev/null || cp -a /etc/added /var/again',
].join(' && ');

describe('rkt export', function () {
  this.timeout(60_000);
  let fixture: PodFixture;
  let out: string;

  before(async function () {
    fixture = await PodFixture.create(this, {
      manifest: { pathWhitelist: [] },
      files: [
        { path: 'etc/removed', type: 'file', content: 'x' },
        { path: 'srv/old/file', type: 'file', content: 'old', uid: 12, gid: 34 },
        { path: 'srv/old/gone', type: 'file', content: 'old' },
        { path: 'srv/capable', type: 'file', content: 'x', mode: 0o755 },
      ],
    });
    out = join(fixture.dir, 'out');
    mkdirSync(out);
  });
  after(() => (fixture as PodFixture | undefined)?.remove());

  const run = async (...flags: readonly string[]): Promise<string> => {
    const uuid = await fixture.prepare(CHANGES, ...flags);
    const { exitCode, stderr } = await fixture.rkt(['run-prepared', uuid]);
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    return uuid;
  };
  const listing = (aci: string): string =>
    execFileSync('tar', ['-tvzf', aci, '--numeric-owner', '--utc'], { encoding: 'utf8' });

  for (const flags of [[], ['--no-overlay']])
    it(`writes the files as the app has left them ${flags.join(' ')}`, async () => {
      const uuid = await run(...flags);
      const aci = join(out, `app${flags.join('')}.aci`);
      expect(await fixture.rkt(['export', uuid, aci])).to.include({ exitCode: 0, stdout: '', stderr: '' });
      const files = listing(aci);
      expect(files).to.match(/^-rwsr-x--- 0\/0 +5 2001-02-03 04:05 rootfs\/etc\/added$/m);
      expect(files).to.match(/^hrwsr-x--- .* rootfs\/var\/again link to rootfs\/etc\/added$/m);
      expect(files).to.match(/rootfs\/srv\/old\/file$/m);
      expect(files).to.not.match(/removed|gone/);
      expect(readFileSync('/proc/self/mountinfo', 'utf8'), 'no mount is left').to.not.include(fixture.dir);
      expect(readdirSync(join(fixture.dataDir, 'cas/tmp'))).to.deep.equal([]);
      expect((await fixture.rkt(['fetch', aci])).exitCode).to.equal(0);
      const again = await fixture.rkt(['run', aci, '--exec', '/bin/cat', '--', '/etc/added']);
      expect(again.stdout).to.equal('data\n');
    });

  it('keeps the extended attributes of files', async function () {
    requires(this, 'getfattr', 'perl');
    const uuid = await run('--no-overlay');
    const app = readdirSync(join(fixture.podDir('run', uuid), 'appsinfo'))[0] ?? '';
    const rootfs = join(fixture.podDir('run', uuid), 'stage1/rootfs/opt/stage2', app, 'rootfs');
    execFileSync('setfattr', [
      '-n',
      'security.capability',
      '-v',
      `0x${CAPABILITY}`,
      join(rootfs, 'srv/capable'),
    ]);
    const aci = join(out, 'capable.aci');
    await fixture.rkt(['export', uuid, aci]);
    const target = join(out, 'extracted');
    await fixture.rkt(['fetch', aci]);
    await fixture.rkt(['image', 'render', '--overwrite', 'test.local/shell', target]);
    const value = execFileSync('getfattr', [
      '-n',
      'security.capability',
      '-e',
      'hex',
      '--only-values',
      '--absolute-names',
      join(target, 'rootfs/srv/capable'),
    ]);
    expect(value.toString('hex')).to.equal(CAPABILITY);
  });

  it('refuses other names, files that are there, and a pod without that app; nothing is written', async () => {
    const uuid = await run();
    writeFileSync(join(out, 'there.aci'), 'mine');
    const before = readdirSync(out);
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[uuid, join(out, 'x.tar')], `extension must be .aci (given ${join(out, 'x.tar')})`],
      [[uuid, join(out, 'there.aci')], 'error building aci: target file exists (try --overwrite)'],
      [['--app=other', uuid, join(out, 'x.aci')], 'unable to find app: app other is not present in pod'],
      [
        [uuid, join(out, 'no/x.aci')],
        `error building aci: unable to open target ${join(out, 'no/x.aci')}: open ${join(out, 'no/x.aci')}: no such file or directory`,
      ],
    ];
    for (const [args, text] of cases) {
      const { exitCode, stderr } = await fixture.rkt(['export', ...args]);
      expect([exitCode, stderr]).to.deep.equal([254, `export: ${text}\n`]);
    }
    expect(readdirSync(out)).to.deep.equal(before);
    expect((await fixture.rkt(['export', '--overwrite', uuid, join(out, 'there.aci')])).exitCode).to.equal(0);
    expect(existsSync(join(fixture.podDir('run', uuid), 'overlay'))).to.equal(true);
  });

  it('refuses a pod that has not ended', async () => {
    const uuid = await fixture.prepare('true');
    const { exitCode, stderr } = await fixture.rkt(['export', uuid, join(out, 'y.aci')]);
    expect([exitCode, stderr]).to.deep.equal([
      254,
      'export: pod is not exited. Only exited pods can be exported\n',
    ]);
  });
});
