import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { shiftCapability, unshiftCapability } from '../../../src/embedded/aci/shift-owners.ts';
import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';
import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { runProgram } from '../../support/program.ts';

const FLAGS = ['--stage1-name=oci', '--no-overlay', '--private-users'];
const LOOPBACK_ONLY = 'networking: networking namespace with loopback only\n';

describeRuntimes('user namespaces of pods of the stage1 oci', () => {
  let fixture: PodFixture;

  before(async function () {
    fixture = await PodFixture.create(this);
  });

  after(() => fixture.remove());

  /** Prepares a pod and runs it to its end. */
  const run = async (script: string, app: readonly string[] = [], pod: readonly string[] = []) => {
    const words = [fixture.image, ...app, '--exec=/bin/sh', '--', '-c', script];
    const { stdout, stderr } = await fixture.rkt(['prepare', ...FLAGS, ...pod, ...words]);
    expect(stderr).to.equal('');
    const uuid = stdout.trim();
    const outcome = await fixture.rkt(['run-prepared', '--net=none', uuid]);
    const dir = fixture.podDir('run', uuid);
    const shift = Number(readFileSync(join(dir, 'private-users-prepared'), 'utf8').split(':')[0]);
    return { ...outcome, stderr: outcome.stderr.replace(LOOPBACK_ONLY, ''), uuid, dir, shift };
  };

  it('map root to a user without rights, which owns the files of the image', async () => {
    const script = 'id -u; cat /proc/self/uid_map; stat -c %u /bin; touch /file && stat -c %u /file';
    const { stdout, stderr, exitCode, dir, shift } = await run(script);
    expect({ stderr, exitCode }).to.deep.equal({ stderr: '', exitCode: 0 });
    expect(stdout.replaceAll(/ +/g, ' ')).to.equal(`0\n 0 ${shift} 65536\n0\n0\n`);
    expect(shift).to.be.within(0x10000, 0x7fff0000);
    const root = join(dir, 'stage1/rootfs/opt/stage2/shell/rootfs');
    expect(lstatSync(join(root, 'file')).uid).to.equal(shift);
    expect(lstatSync(join(root, 'bin')).uid).to.equal(shift);
  });

  it('leave the restrictions of a pod as they are', async () => {
    const script =
      'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; echo x >/proc/sys/kernel/hostname; ' +
      'mknod /tmp-null c 1 3; head -c 1 /proc/kcore | wc -c';
    const { stdout } = await run(script);
    expect(stdout.replaceAll('\t', ' ')).to.equal(
      'CapEff: 00000000800405fb\nCapBnd: 00000000800405fb\nNoNewPrivs: 1\nSeccomp: 2\n0\n',
    );
  });

  it('have the volumes as the host owns them, read-only ones and empty ones', async () => {
    const source = mkdtempSync(join(fixture.dir, 'volume-'));
    chmodSync(source, 0o755);
    writeFileSync(join(source, 'file'), 'content\n');
    const script =
      'cat /data/file; touch /data/new 2>&1 | grep -c Read-only; grep " /data " /proc/mounts; stat -c %u /own; touch /own/new && echo wrote';
    const { stdout, stderr } = await run(
      script,
      ['--user=1000', '--mount=volume=data,target=/data', '--mount=volume=own,target=/own'],
      [`--volume=data,kind=host,source=${source},readOnly=true`, '--volume=own,kind=empty,uid=1000,gid=1000'],
    );
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^content\n1\n\S+ \/data \S+ ro,nodev\S* 0 0\n1000\nwrote\n$/);
  });

  it('make the root file system read-only on demand, and open no device of it', async () => {
    const { stdout } = await run('touch /x 2>&1 | grep -c Read-only; grep " / " /proc/mounts', [
      '--readonly-rootfs=true',
    ]);
    expect(stdout).to.match(/^1\n\S+ \/ \S+ ro,nodev/);
  });

  it('are entered, with the users of the pod', async () => {
    const words = [fixture.image, '--user=1000', '--exec=/bin/sh', '--', '-c', 'while :; do sleep 0.1; done'];
    const { stdout } = await fixture.rkt(['prepare', ...FLAGS, ...words]);
    const uuid = stdout.trim();
    const dir = fixture.podDir('run', uuid);
    const pid = () => (existsSync(join(dir, 'pid')) ? readFileSync(join(dir, 'pid'), 'utf8') : '0');
    const isReady = () =>
      existsSync(`/proc/${pid()}/cmdline`) &&
      readFileSync(`/proc/${pid()}/cmdline`, 'utf8').startsWith('/dev/.rkt-init');
    const running = await fixture.start(['run-prepared', '--net=none', uuid], {}, isReady);
    const facts = 'id -u; grep NoNewPrivs /proc/self/status; wc -l </proc/self/uid_map';
    expect(await fixture.rkt(['enter', uuid, '/bin/sh', '-c', facts])).to.deep.include({
      exitCode: 0,
      stdout: '1000\nNoNewPrivs:\t1\n1\n',
    });
    const enter = fixture.args('enter', uuid, '/bin/sh', '-c', 'test -t 0 && id -u; exit 43');
    const inTerminal = await runProgram('sh', [EMBEDDED_RKT, ...enter], { tty: true });
    expect(inTerminal).to.deep.include({ exitCode: 43, stdout: '1000\r\n' });
    await fixture.rkt(['stop', '--force', uuid]);
    await running.outcome;
    expect((await fixture.rkt(['rm', uuid])).exitCode).to.equal(0);
  });

  it('are shared by the apps of a pod, in the network of the host as well', async () => {
    const app = (name: string) => [
      fixture.image,
      `--name=${name}`,
      '--exec=/bin/sh',
      '--',
      '-c',
      'readlink /proc/self/ns/user; id -u; grep -c " /sys sysfs ro," /proc/mounts',
    ];
    const prepared = await fixture.rkt(['prepare', ...FLAGS, ...app('a'), '---', ...app('b')]);
    const { stdout, stderr, exitCode } = await fixture.rkt([
      'run-prepared',
      '--net=host',
      prepared.stdout.trim(),
    ]);
    expect({ stderr, exitCode }).to.deep.equal({ stderr: '', exitCode: 0 });
    const seen = stdout.trim().split('\n').sort();
    expect(seen.slice(0, 4)).to.deep.equal(['0', '0', '1', '1']);
    expect(new Set(seen.slice(4)).size).to.equal(1);
  });

  it('refuse overlayfs as rkt does, users beyond the range, and the IPC namespace of the host', async () => {
    const overlay = await fixture.rkt(['prepare', '--stage1-name=oci', '--private-users', fixture.image]);
    expect(overlay.stderr).to.include(
      'cannot use both overlay and user namespace: not implemented yet. (Try --no-overlay)',
    );
    const beyond = await run('true', ['--user=70000']);
    expect(beyond).to.include({ exitCode: 254 });
    expect(beyond.stderr).to.include(
      'the id 70000 is out of range: a pod with --private-users has the ids below 65536',
    );
    const { stdout } = await fixture.rkt(['prepare', ...FLAGS, fixture.image, '--exec=/bin/true']);
    const ipc = await fixture.rkt(['run-prepared', '--net=none', '--ipc=parent', stdout.trim()]);
    expect(ipc.stderr).to.include('--ipc=parent cannot be used with --private-users');
  });

  it('are taken out of an exported image', async () => {
    const { uuid, shift } = await run('touch /made');
    const out = join(fixture.dir, 'exported.aci');
    expect((await fixture.rkt(['export', uuid, out])).stderr).to.equal('');
    const fetched = (await fixture.rkt(['fetch', out])).stdout.trim();
    const target = join(fixture.dir, 'rendered');
    mkdirSync(target);
    chownSync(target, 0, 0);
    await fixture.rkt(['image', 'extract', '--overwrite', '--rootfs-only', fetched, target]);
    expect(lstatSync(join(target, 'made')).uid).to.equal(0);
    expect(shift).to.be.above(0);
  });

  it('hold the capabilities of programs', () => {
    const own = Buffer.from('0100000200040000000000000000000000000000', 'hex');
    const shifted = shiftCapability(own, { shift: 0x10000, count: 65536 });
    expect(shifted.toString('hex')).to.equal('010000030004000000000000000000000000000000000100');
    expect(unshiftCapability(shifted)).to.deep.equal(own);
    expect(shiftCapability(Buffer.alloc(3), { shift: 1, count: 1 })).to.deep.equal(Buffer.alloc(3));
  });
});
