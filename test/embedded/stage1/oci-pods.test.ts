import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { runProgram } from '../../support/program.ts';
import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';
import { until } from '../../support/until.ts';

/** What rkt prints of every pod without a network. */
const LOOPBACK_ONLY = 'networking: networking namespace with loopback only\n';

describeRuntimes('pods of the stage1 oci', (runtime) => {
  let fixture: PodFixture;

  before(async function () {
    fixture = await PodFixture.create(this);
  });

  after(() => fixture.remove());

  const run = async (script: string, ...flags: readonly string[]) => {
    const [net = '--net=none'] = flags.filter((flag) => flag.startsWith('--net'));
    const [own, app] = [
      flags.filter((flag) => /^--(?:volume|hostname|insecure)/.test(flag)),
      flags.filter((flag) => !/^--(?:volume|hostname|insecure|net)/.test(flag)),
    ];
    const outcome = await fixture.rkt(fixture.ociRun(script, [net, ...own], app));
    return { ...outcome, stderr: outcome.stderr.replace(LOOPBACK_ONLY, '') };
  };

  it('runs an app and ends with its exit code', async () => {
    expect(await run('echo hello; exit 7')).to.include({ exitCode: 7, stdout: 'hello\n', stderr: '' });
  });

  it('connects an interactive app with a terminal, to the end of its output', async () => {
    const script = 'test -t 0 && test -t 1 && tty; stty -opost; printf %08000d 0; exit 7';
    const words = fixture.args(...fixture.ociRun(script, ['--net=none', '--interactive'], []));
    for (const _run of [1, 2, 3])
      expect(await runProgram('sh', [EMBEDDED_RKT, ...words], { tty: true })).to.deep.include({
        exitCode: 7,
        stdout: `${LOOPBACK_ONLY.replace('\n', '\r\n')}/dev/pts/0\r\n${'0'.repeat(8000)}`,
      });
  });

  it('passes on a death by a signal', async () => {
    expect((await run('kill -9 $$')).exitCode).to.equal(137);
  });

  it('gives the app namespaces of its own', async () => {
    const kinds = ['pid', 'mnt', 'uts', 'ipc', 'net'];
    const { stdout, stderr } = await run(
      `for kind in ${kinds.join(' ')}; do readlink /proc/self/ns/$kind; done`,
    );
    expect(stderr).to.equal('');
    const inside = stdout.trim().split('\n');
    expect(inside).to.have.length(kinds.length);
    for (const [index, kind] of kinds.entries())
      expect(inside[index], kind).to.not.equal(readlinkSync(`/proc/self/ns/${kind}`));
  });

  it('leaves the app in the network of the host with --net=host', async () => {
    const { stdout } = await run('readlink /proc/self/ns/net', '--net=host');
    expect(stdout.trim()).to.equal(readlinkSync('/proc/self/ns/net'));
  });

  it('has nothing but the loopback interface with --net=none, and that is up', async () => {
    const { stdout } = await run(
      'cat /proc/net/if_inet6 /proc/net/dev | grep -c lo; tail -n +3 /proc/net/dev | wc -l',
    );
    expect(stdout.trim().split('\n').at(-1)).to.equal('1');
  });

  it('refuses a network that it does not have, with 254', async () => {
    const { exitCode, stderr } = await run('true', '--net=bogus');
    expect(exitCode).to.equal(254);
    expect(stderr).to.include('networks not found: bogus');
  });

  it('names the host after the pod, or as it is reported', async () => {
    const [own, reported] = [
      await run('cat /proc/sys/kernel/hostname'),
      await run('cat /proc/sys/kernel/hostname', '--hostname=web'),
    ];
    expect(own.stdout).to.match(/^rkt-[0-9a-f-]{36}\n$/);
    expect(reported.stdout).to.equal('web\n');
  });

  it('restricts the app: capabilities, no new privileges, a filter of system calls', async () => {
    const { stdout } = await run('grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status');
    // CAP_CHOWN to CAP_SETFCAP as appc lists them, without CAP_AUDIT_WRITE, CAP_MKNOD and CAP_NET_RAW.
    expect(stdout.replaceAll('\t', ' ')).to.equal(
      'CapEff: 00000000800405fb\nCapBnd: 00000000800405fb\nNoNewPrivs: 1\nSeccomp: 2\n',
    );
  });

  it('gives a user that is not root no capability in effect', async () => {
    const { stdout } = await run('id -u; grep CapEff /proc/self/status', '--user=1000');
    expect(stdout).to.equal('1000\nCapEff:\t0000000000000000\n');
  });

  it('lets root open sockets for pings without the capability for raw packets', async () => {
    const range = '/proc/sys/net/ipv4/ping_group_range';
    expect((await run(`cat ${range}`)).stdout).to.match(/^0\s+0\n$/);
    expect((await run(`cat ${range}`, '--net=host')).stdout).to.equal(readFileSync(range, 'utf8'));
  });

  it('gives just the capabilities of a retain set', async () => {
    const { stdout } = await run('grep CapEff /proc/self/status', '--caps-retain=CAP_NET_RAW,CAP_CHOWN');
    expect(stdout).to.equal('CapEff:\t0000000000002001\n');
  });

  it('makes the root file system read-only on demand', async () => {
    const { stdout } = await run('touch /x 2>/dev/null && echo yes || echo no', '--readonly-rootfs=true');
    expect(stdout).to.equal('no\n');
  });

  it('mounts volumes of the host and empty ones', async () => {
    const source = join(fixture.dir, 'volume');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'file'), 'content\n');
    const script =
      'cat /data/file; touch /data/new 2>/dev/null && echo yes || echo no; touch /own/new && stat -c %a /own';
    const { stdout, stderr } = await run(
      script,
      ...[`--volume=data,kind=host,source=${source},readOnly=true`, '--volume=own,kind=empty,mode=1777'],
      ...['--mount=volume=data,target=/data', '--mount=volume=own,target=/own'],
    );
    expect(stderr).to.equal('');
    expect(stdout).to.equal('content\nno\n1777\n');
    expect(existsSync(join(source, 'new'))).to.equal(false);
  });

  it('leaves no process between the launcher and the app but what waits and the init, and no mount on the host', async () => {
    const pod = await fixture.startOci('sleep 1000', ['--net=none']);
    const waiting = runtime === 'crun' ? /crun\0/ : /^\S*perl\0.*runc\0.*\0run\0--detach\0/s;
    expect(readFileSync(`/proc/${pod.process.pid}/cmdline`, 'utf8')).to.match(waiting);
    expect(readFileSync(join(pod.dir, 'ppid'), 'utf8').trim()).to.equal(String(pod.process.pid));
    const isChild = new RegExp(`^PPid:\\t${pod.process.pid}$`, 'm');
    await until('the runtime has ended that is not to wait', () =>
      isChild.test(readFileSync(`/proc/${pod.pid}/status`, 'utf8')),
    );
    const shareOf = (pid: number): number =>
      Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
    // What waits beside the app.
    expect(shareOf(pod.process.pid) + shareOf(pod.pid)).to.be.within(1, runtime === 'crun' ? 4096 : 8192);
    expect(readFileSync('/proc/self/mounts', 'utf8')).to.not.include(pod.uuid);
    expect((await fixture.rkt(['list', '--no-legend'])).stdout).to.match(/\brunning\b/);
    await fixture.rkt(['stop', pod.uuid]);
    expect((await pod.process.outcome).exitCode).to.equal(143);
  });

  it('enters a pod with the restrictions of its app, and ends with the exit code of the command', async () => {
    const pod = await fixture.startOci('sleep 1000', ['--net=none']);
    const facts =
      'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; readlink /proc/self/ns/net; exit 9';
    const entered = await fixture.rkt(['enter', pod.uuid, '/bin/sh', '-c', facts]);
    expect(entered.exitCode).to.equal(9);
    expect(entered.stdout.replaceAll('\t', ' ')).to.equal(
      'CapEff: 00000000800405fb\nCapBnd: 00000000800405fb\nNoNewPrivs: 1\nSeccomp: 2\n' +
        `${readlinkSync(`/proc/${pod.pid}/ns/net`)}\n`,
    );
    expect(existsSync(join(pod.dir, 'oci', `enter.${pod.pid}`))).to.equal(false);
    expect(await fixture.rkt(['enter', pod.uuid, '/bin/nothing'])).to.include({ exitCode: 254 });
    await fixture.rkt(['stop', '--force', pod.uuid]);
    expect((await pod.process.outcome).exitCode).to.equal(137);
    expect((await fixture.rkt(['rm', pod.uuid])).exitCode).to.equal(0);
  });
});
