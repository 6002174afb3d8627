import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect } from 'chai';

import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

describeRuntimes('what could break out of a pod of the stage1 oci, or lose it', () => {
  let fixture: PodFixture;

  before(async function () {
    fixture = await PodFixture.create(this);
  });

  after(() => fixture.remove());

  const run = (script: string, flags: readonly string[] = [], app: readonly string[] = []) =>
    fixture.rkt(fixture.ociRun(script, ['--net=none', ...flags], app));

  it('opens no device that an app makes, with CAP_MKNOD and without a filter of system calls as well', async () => {
    const script =
      'for dir in /dev / /dev/shm /own; do mknod $dir/host-disk c 1 1 && { cat $dir/host-disk >/dev/null && echo opened $dir; }; done 2>/dev/null; ' +
      'ls -d /own/host-disk /host-disk; echo done';
    const volume = '--volume=own,kind=empty';
    const { stdout } = await run(
      script,
      ['--insecure-options=seccomp,image', volume],
      ['--caps-retain=CAP_MKNOD,CAP_DAC_OVERRIDE,CAP_SYS_RAWIO', '--mount=volume=own,target=/own'],
    );
    expect(stdout).to.equal('/host-disk\n/own/host-disk\ndone\n');
    expect((await run('mknod /x c 1 1 2>/dev/null || echo refused')).stdout).to.equal('refused\n');
  });

  it('gives the app the three standard descriptors and no other, not that of the lock', async () => {
    const { stdout } = await run('for fd in /proc/$$/fd/*; do echo ${fd##*/}; done');
    expect(stdout).to.match(/^0\n1\n2\n/);
    const others = stdout.trim().split('\n').slice(3).join(' ');
    // What the shell opens itself to read the directory.
    expect(others).to.match(/^\d*$/);
    const links = await run('ls -l /proc/$$/fd');
    expect(links.stdout).to.not.include(fixture.dataDir);
  });

  it('keeps the lock in the runtime, as the kernel shows it', async () => {
    const pod = await fixture.startOci('sleep 1000', ['--net=none']);
    const { ino } = statSync(pod.dir);
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((text) => text.includes(`:${ino} `));
    expect(line).to.match(new RegExp(`FLOCK +ADVISORY +WRITE ${pod.process.pid} `));
    await fixture.rkt(['stop', '--force', pod.uuid]);
    await pod.process.outcome;
  });

  it('shows no setting of the kernel that can be changed', async () => {
    const script =
      'echo b 2>/dev/null >/proc/sysrq-trigger && echo sysrq; echo 1 2>/dev/null >/proc/sys/kernel/panic && echo sys; ' +
      'head -c1 /proc/kcore 2>/dev/null | wc -c; touch /sys/x 2>/dev/null && echo sysfs; mount -t tmpfs t /tmp 2>/dev/null && echo mount; echo done';
    expect((await run(script)).stdout).to.equal('0\ndone\n');
  });

  it('still runs, for list, rm, gc and stop, when its runtime was killed', async () => {
    const pod = await fixture.startOci('trap "exit 0" TERM; while :; do sleep 0.1; done', ['--net=none']);
    process.kill(pod.process.pid, 'SIGKILL');
    await pod.process.outcome;
    expect((await fixture.rkt(['list', '--no-legend'])).stdout).to.match(
      new RegExp(`^${pod.uuid.slice(0, 8)}.*running`, 'm'),
    );
    const removed = await fixture.rkt(['rm', pod.uuid]);
    expect(removed.exitCode).to.equal(254);
    expect(removed.stderr).to.include('is currently running');
    await fixture.rkt(['gc', '--grace-period=0s']);
    expect(existsSync(join(pod.dir, 'pod'))).to.equal(true);
    expect(await fixture.rkt(['enter', pod.uuid, '/bin/sh', '-c', 'exit 5'])).to.include({ exitCode: 5 });
    expect((await fixture.rkt(['stop', pod.uuid])).exitCode).to.equal(0);
    await until('the app has ended', () => !existsSync(`/proc/${pod.pid}/exe`));
    expect((await fixture.rkt(['list', '--no-legend'])).stdout).to.match(
      new RegExp(`^${pod.uuid.slice(0, 8)}.*exited`, 'm'),
    );
    expect((await fixture.rkt(['rm', pod.uuid])).exitCode).to.equal(0);
    expect(existsSync(pod.dir)).to.equal(false);
  });

  it('fails in the words of rkt for what the runtime would accept or fail at with its own', async () => {
    const words = (...app: readonly string[]) =>
      fixture.rkt(['run', '--stage1-name=oci', '--net=none', fixture.image, ...app]);
    expect(await words('--exec=/bin/missing')).to.include({ exitCode: 254 });
    expect(await words('--exec=/etc')).to.include({ exitCode: 254 });
    const nowhere = await words('--working-dir=/nowhere', '--exec=/bin/true');
    expect(nowhere.exitCode).to.equal(254);
    expect(nowhere.stderr).to.include('chdir /nowhere: no such file or directory');
  });

  it('ends an app without a handler by SIGTERM, as it would without a pid namespace', async () => {
    const pod = await fixture.startOci('exec sleep 1000', ['--net=none']);
    await fixture.rkt(['stop', pod.uuid]);
    expect((await pod.process.outcome).exitCode).to.equal(143);
  });

  it('has limits of its own without a driver, in a cgroup that goes with it', async function () {
    requires(this, 'cgroups');
    const hierarchies = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].filter((dir) =>
      existsSync(join(dir, 'cgroup.procs')),
    );
    const [hierarchy = ''] = hierarchies;
    const name = `rkt-streams-test-oci-${process.pid}`;
    const cgroup = join(hierarchy, name);
    mkdirSync(cgroup);
    try {
      const script = 'x=a; while :; do x=$x$x; done';
      const argv = fixture.args(
        'run',
        '--stage1-name=oci',
        '--net=none',
        fixture.image,
        '--memory=16M',
        '--exec=/bin/sh',
        '--',
        '-c',
        script,
      );
      const shell =
        'echo $$ >"$0/cgroup.procs" && exec unshare --mount --propagation private sh dist/embedded/rkt.sh "$@"';
      expect(() => execFileSync('/bin/sh', ['-c', shell, cgroup, ...argv], { stdio: 'pipe' }))
        .to.throw()
        .with.property('status', 137);
    } finally {
      await until('the cgroup is empty', () => readFileSync(join(cgroup, 'cgroup.procs'), 'utf8') === '');
      rmdirSync(cgroup);
    }
  });
});
