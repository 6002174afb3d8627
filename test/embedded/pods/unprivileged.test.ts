import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { buildImage } from '../../support/images.ts';
import { EMBEDDED_RKT, RktProcess } from '../../support/replay/rkt-process.ts';
import { skipFor } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

const NOBODY = 65534;

describe('the embedded rkt without root', () => {
  const uid = process.getuid?.() === 0 ? NOBODY : (process.getuid?.() ?? NOBODY);
  let dir: string | undefined;
  let image = '';
  let home = '';

  before(async function () {
    const probe = `test -r "${EMBEDDED_RKT}" && "${process.execPath}" -e 0 && exec unshare --user --map-root-user --mount true`;
    // The checkout may be out of reach for others, and a kernel may refuse user namespaces.
    if (spawnSync('sh', ['-c', probe], { uid, gid: uid }).status !== 0) {
      skipFor(
        this,
        'usernamespaces',
        'the checkout is out of reach for others, or user namespaces are refused',
      );
    }
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-user-'));
    chmodSync(dir, 0o755);
    image = await buildImage(dir, { name: 'test.local/shell' });
    home = join(dir, 'home');
    mkdirSync(home);
    chownSync(home, uid, uid);
  });

  after(() => {
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  const start = (...args: readonly string[]) =>
    new RktProcess(['--insecure-options=image', ...args], { uid, env: { HOME: home } });
  const rkt = (...args: readonly string[]) => start(...args).outcome;

  it('runs pods in a user namespace, with the data directory below the home directory', async () => {
    const script =
      'id -u; echo > /etc/new && ls /etc/new; read -r a b c </proc/self/uid_map; echo $a $b $c; exit 5';
    const { exitCode, stdout, stderr } = await rkt('run', image, '--exec', '/bin/sh', '--', '-c', script);
    expect([stderr, stdout, exitCode]).to.deep.equal(['', `0\n/etc/new\n0 ${uid} 1\n`, 5]);
    expect((await rkt('list', '--no-legend')).stdout).to.contain('\texited\t');
    expect((await rkt('gc', '--grace-period=0s')).exitCode).to.equal(0);
    expect((await rkt('list', '--no-legend')).stdout).to.equal('\n');
  });

  it('copies the image where that is asked for, and mounts volumes read-only', async () => {
    const flags = [
      '--no-overlay',
      `--volume=v,kind=host,source=${home},readOnly=true`,
      '--mount=volume=v,target=/data',
    ];
    const { exitCode, stderr } = await rkt(
      'run',
      ...flags,
      image,
      '--exec',
      '/bin/sh',
      '--',
      '-c',
      'echo x > /data/x',
    );
    expect(stderr).to.contain('Read-only file system');
    expect(exitCode).not.to.equal(254);
    expect((await rkt('gc', '--grace-period=0s')).exitCode).to.equal(0);
  });

  it('enters and stops a running pod', async () => {
    const app = start('run', image, '--exec', '/bin/sleep', '--', '1000');
    await until('the app runs', () => app.ended || app.isApp);
    const uuid = (await rkt('list', '--no-legend', '--full')).stdout.split('\t')[0] ?? '';
    const entered = await rkt('enter', uuid, '/bin/sh', '-c', 'id -u; pwd; exit 6');
    expect([entered.stdout, entered.exitCode]).to.deep.equal(['0\n/\n', 6]);
    expect((await rkt('stop', uuid)).exitCode).to.equal(0);
    expect((await app.outcome).signal).to.equal('SIGTERM');
    expect((await rkt('rm', uuid)).stdout).to.equal(`"${uuid}"\n`);
  });

  it('says that there is no other user', async () => {
    const { exitCode, stderr } = await rkt('run', image, '--user=1000');
    expect(stderr).to.equal(
      'run: cannot run as uid 1000, gid 0: without root a pod has only user 0, who is the caller\n',
    );
    expect(exitCode).to.equal(254);
    await rkt('gc', '--grace-period=0s');
  });

  it('says what is missing when the kernel refuses user namespaces', () => {
    // A namespace that allows no further ones, and a root without capabilities in it.
    const script =
      'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$@"';
    const argv = [
      'env',
      '--unset=NODE_V8_COVERAGE',
      '/bin/sh',
      EMBEDDED_RKT,
      `--dir=${home}/refused`,
      'prepare',
      image,
    ];
    const { stderr, status } = spawnSync(
      'unshare',
      ['--user', '--map-root-user', 'sh', '-c', script, 'sh', ...argv],
      {
        encoding: 'utf8',
        env: { ...process.env, RKT_STREAMS_NODE: process.execPath },
      },
    );
    expect(stderr).to.match(
      /^prepare: cannot run as unprivileged user: the kernel refuses a user namespace \(unshare: /,
    );
    expect(stderr).to.contain('user.max_user_namespaces');
    expect(status).to.equal(254);
  });
});
