import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { buildImage } from '../../support/images.ts';
import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { runProgram } from '../../support/program.ts';
import { EMBEDDED_RKT, RktProcess } from '../../support/replay/rkt-process.ts';
import { requires, skipFor } from '../../support/requirements.ts';
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

  const oci = (script: string, flags: readonly string[] = ['--net=none'], app: readonly string[] = []) =>
    rkt('run', '--stage1-name=oci', ...flags, image, ...app, '--exec=/bin/sh', '--', '-c', script);
  const LOOPBACK_ONLY = 'networking: networking namespace with loopback only\n';

  describeRuntimes('in pods of the stage1 oci', () => {
    afterEach(async () => {
      expect((await rkt('gc', '--grace-period=0s')).exitCode).to.equal(0);
      expect((await rkt('list', '--no-legend')).stdout).to.equal('\n');
    });

    it('restricts an app as root does', async () => {
      const script =
        'id -u; ls /proc | grep -c "^[0-9]"; ls /sys/class/net; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; exit 5';
      const { exitCode, stdout, stderr } = await oci(script);
      expect([stderr, exitCode]).to.deep.equal([LOOPBACK_ONLY, 5]);
      const [user, processes, ...facts] = stdout.trim().split('\n');
      expect(user).to.equal('0');
      expect(Number(processes)).to.be.below(6);
      expect(facts).to.deep.equal(['lo', 'CapEff:\t00000000800405fb', 'NoNewPrivs:\t1', 'Seccomp:\t2']);
      expect((await oci('kill -9 $$')).exitCode).to.equal(137);
    });

    it('has the network of the host, whose /sys cannot be written to and shows no cgroup', async () => {
      const script = 'readlink /proc/self/ns/net; ls -A /sys/fs/cgroup; touch /sys/x || echo read-only';
      const { stdout, exitCode } = await oci(script, ['--net=host']);
      expect([stdout, exitCode]).to.deep.equal([`${readlinkSync('/proc/self/ns/net')}\nread-only\n`, 0]);
    });

    it('has volumes, copied images and several apps', async () => {
      const flags = [
        '--no-overlay',
        `--volume=v,kind=host,source=${home},readOnly=true`,
        '--volume=e,kind=empty',
      ];
      const mounts = ['--mount=volume=v,target=/data', '--mount=volume=e,target=/own'];
      const script = 'touch /data/x 2>/dev/null || echo read-only; touch /own/x && echo writable';
      const { stdout } = await oci(script, ['--net=none', ...flags], mounts);
      expect(stdout).to.equal('read-only\nwritable\n');
      const second = ['---', image, '--name=b', '--exec=/bin/sh', '--', '-c', 'echo b'];
      const both = await rkt(
        ...[
          'run',
          '--stage1-name=oci',
          '--net=none',
          image,
          '--name=a',
          '--exec=/bin/sh',
          '--',
          '-c',
          'exit 0',
        ],
        ...second,
      );
      expect(both).to.include({ exitCode: 0, stdout: 'b\n' });
    });

    it('is entered with the restrictions of its app, and stopped', async () => {
      const words = ['--exec=/bin/sh', '--', '-c', 'while :; do sleep 0.1; done'];
      const app = start('run', '--stage1-name=oci', '--net=none', image, ...words);
      let uuid = '';
      await until('the pod runs', async () => {
        const { stdout } = await rkt('list', '--no-legend', '--full');
        uuid = stdout.split('\t')[0] ?? '';
        return (
          app.ended ||
          (stdout.includes('\trunning\t') && (await rkt('enter', uuid, '/bin/true')).exitCode === 0)
        );
      });
      const facts = 'id -u; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; exit 6';
      expect(await rkt('enter', uuid, '/bin/sh', '-c', facts)).to.include({
        exitCode: 6,
        stdout: '0\nCapEff:\t00000000800405fb\nNoNewPrivs:\t1\nSeccomp:\t2\n',
      });
      expect((await rkt('stop', uuid)).exitCode).to.equal(0);
      expect((await app.outcome).exitCode).to.equal(143);
    });

    it('says what needs root', async () => {
      const refused = async (message: string, flags: readonly string[], app: readonly string[] = []) => {
        const { exitCode, stderr } = await oci('true', flags, app);
        expect(stderr).to.contain(message);
        expect(exitCode).to.equal(254);
      };
      await refused('--net=default needs root: without it a pod has --net=host or --net=none', []);
      await refused('cannot run as uid 1000', ['--net=none'], ['--user=1000']);
      await refused(
        'limits take root, or a cgroup where the caller may make others',
        ['--net=none'],
        ['--memory=20Mi'],
      );
      await refused('--private-users needs root', ['--net=none', '--no-overlay', '--private-users']);
      await refused('cannot set the OOM score -500', ['--net=none'], ['--oom-score-adj=-500']);
    });
  });

  it('is limited by a cgroup where its caller may make others', async function () {
    const parent = '/sys/fs/cgroup/memory';
    if (!existsSync(`${parent}/cgroup.procs`)) skipFor(this, 'cgroup-v1', 'no memory controller of v1');
    requires(this, 'root', 'crun', 'catatonit');
    const delegated = join(parent, `rkt-streams-test-user-${process.pid}`);
    mkdirSync(delegated);
    try {
      chownSync(delegated, uid, uid);
      const words = [
        'setpriv',
        `--reuid=${uid}`,
        `--regid=${uid}`,
        '--clear-groups',
        '/bin/sh',
        EMBEDDED_RKT,
      ];
      const run = [
        '--insecure-options=image',
        'run',
        '--stage1-name=oci',
        '--net=none',
        image,
        '--memory=20Mi',
      ];
      const script = 'x=a; while :; do x=$x$x; done';
      const { exitCode } = await runProgram(
        'sh',
        [
          '-c',
          'echo $$ >"$0/cgroup.procs"; exec "$@"',
          delegated,
          ...words,
          ...run,
          '--exec=/bin/sh',
          '--',
          '-c',
          script,
        ],
        { env: { HOME: home, RKT_STREAMS_NODE: process.execPath, NODE_V8_COVERAGE: '' } },
      );
      expect(exitCode).to.equal(137);
      await rkt('gc', '--grace-period=0s');
      expect(readdirSync(delegated).filter((name) => name.startsWith('rkt-'))).to.deep.equal([]);
    } finally {
      rmdirSync(delegated);
    }
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
