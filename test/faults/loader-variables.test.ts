import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { isLoaderVariable } from '../../src/embedded/pods/loader-variables.ts';
import type { Driver } from '../../src/index.ts';
import { hostProgram } from '../support/host-program.ts';
import { PodFixture } from '../support/pod-fixture.ts';
import { EMBEDDED_RKT } from '../support/replay/rkt-process.ts';
import { requires, skipFor } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

/** What a task may set to have the dynamic loader write a file for every program that runs with its environment. */
const traceInto = (dir: string) => ({ LD_DEBUG: 'all', LD_DEBUG_OUTPUT: join(dir, 'trace') });

/** A directory of the host that every user may write to. */
function openDirectory(parent: string): string {
  const dir = join(parent, 'traces');
  mkdirSync(dir);
  chmodSync(dir, 0o777);
  return dir;
}

describe('variables of a task that the dynamic loader follows', function () {
  let sandbox: Sandbox;
  let driver: Driver;
  let dir: string;

  before(async function () {
    requires(this, 'perl');
    if (process.env['RKT_STREAMS_TEST_RKT'] !== undefined)
      skipFor(this, 'embedded-rkt', 'is about the embedded rkt');
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    dir = openDirectory(sandbox.base);
  });
  after(() => sandbox.close());

  it('reach the app, and act on no program of the host', async () => {
    const env = { ...traceInto(dir), LD_PRELOAD: '/none.so', GLIBC_TUNABLES: 'glibc.malloc.check=3' };
    await driver.startTask(sandbox.shell('one', 'cat /proc/$$/environ', { env, user: '1234' }));
    await firstValueFrom(driver.waitTask('one'));
    const words = readFileSync(driver.inspectTask('one').stdoutPath ?? '', 'utf8').split('\0');
    for (const [name, value] of Object.entries(env)) expect(words).to.include(`${name}=${value}`);
    expect(readdirSync(dir)).to.deep.equal([]);
    await driver.destroyTask('one');
  });

  for (const tty of [false, true]) {
    it(`act on no program of the host when a command is executed${tty ? ' in a terminal' : ''}`, async () => {
      await driver.startTask(sandbox.shell('two', 'sleep 600', { env: traceInto(dir), user: '1234' }));
      const cmd = ['/bin/sh', '-c', '[ "$LD_DEBUG" = all ]'];
      expect(await driver.execTaskStreaming('two', { cmd, tty })).to.deep.equal({ exitCode: 0 });
      expect(readdirSync(dir)).to.deep.equal([]);
      await driver.destroyTask('two', { force: true });
    });
  }
});

describe('variables of a pod of the embedded rkt that the dynamic loader follows', function () {
  let fixture: PodFixture;
  let dir: string;

  before(async function () {
    requires(this, 'perl');
    fixture = await PodFixture.create(this);
    dir = openDirectory(fixture.dir);
  });
  after(() => fixture.remove());

  const setEnv = (): readonly string[] =>
    Object.entries(traceInto(dir)).map(([name, value]) => `--set-env=${name}=${value}`);

  it('act on nothing of the host when a real rkt enters it', async () => {
    const options = ['--user=1234', '--group=99', '--exec=/bin/sh', '--', '-c', 'sleep 600'];
    const uuid = (await fixture.rkt(['prepare', ...setEnv(), fixture.image, ...options])).stdout.trim();
    const { pid } = await fixture.start(['run-prepared', uuid]);
    const pod = fixture.podDir('run', uuid);
    const tree = readFileSync(join(pod, 'stage1TreeStoreID'), 'utf8').trim();
    const script = 'id -u; id -g; printf "%s|" "$LD_DEBUG" "$0" "$@"';
    const entry = join(fixture.dataDir, 'cas/tree', tree, 'rootfs/enter');
    const { stdout, stderr, status } = spawnSync(
      entry,
      [`--pid=${pid}`, '--appname=shell', '--', '/bin/sh', '-c', script, 'sh', '${RKT_0}', '', 'a b'],
      { cwd: pod, encoding: 'utf8' },
    );
    expect({ stdout, stderr, status }).to.deep.equal({
      stdout: '1234\n99\nall|sh|${RKT_0}||a b|',
      stderr: '',
      status: 0,
    });
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('are refused where the host has no perl, and nothing else is', async () => {
    const perl = hostProgram('perl') ?? '';
    const withoutPerl = (...args: readonly string[]) => {
      const script = 'for f in "$0" /usr/bin/perl; do mount --bind /dev/null "$f"; done; exec "$@"';
      const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, perl];
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        [...words, '/bin/sh', EMBEDDED_RKT, ...fixture.args(...args)],
        { encoding: 'utf8' },
      );
      return { status, stdout, stderr };
    };
    const refused = await fixture.prepare('echo never', ...setEnv());
    const { status, stdout, stderr } = withoutPerl('run-prepared', refused);
    expect([status, stdout]).to.deep.equal([254, '']);
    expect(stderr).to.match(/^run: cannot set LD_DEBUG, LD_DEBUG_OUTPUT for the app: .* please install perl/);
    expect(readdirSync(dir)).to.deep.equal([]);
    const harmless = await fixture.prepare('echo "$A"', '--set-env=A=1');
    expect(withoutPerl('run-prepared', harmless)).to.deep.equal({ status: 0, stdout: '1\n', stderr: '' });
  });

  it('are known by name', () => {
    const names = [
      'LD_PRELOAD',
      'LD_AUDIT',
      'LD_LIBRARY_PATH',
      'GLIBC_TUNABLES',
      'GCONV_PATH',
      'MALLOC_PERTURB_',
    ];
    expect(names.filter((name) => !isLoaderVariable(name))).to.deep.equal([]);
    expect(['PATH', 'LANG', 'TMPDIR', 'OLD_PATH', 'MYLD_X'].filter(isLoaderVariable)).to.deep.equal([]);
  });
});
