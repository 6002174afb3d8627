import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { liveApp, liveInit } from '../../../src/embedded/pods/live-init.ts';
import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { until } from '../../support/until.ts';
import { knownPid } from '../../support/known-pid.ts';

const LOOPBACK_ONLY = 'networking: networking namespace with loopback only\n';
const SHARED = ['pid', 'uts', 'ipc', 'net'];

/** An app of a command line: flags, then a shell script. */
interface App {
  readonly name: string;
  readonly script: string;
  readonly flags?: readonly string[];
}

describeRuntimes('pods of several apps of the stage1 oci', () => {
  let fixture: PodFixture;

  before(async function () {
    fixture = await PodFixture.create(this);
  });

  after(() => fixture.remove());

  const words = (apps: readonly App[]): readonly string[] =>
    apps.flatMap(({ name, script, flags = [] }, index) => [
      ...(index === 0 ? [] : ['---']),
      ...[fixture.image, `--name=${name}`, ...flags, '--exec=/bin/sh', '--', '-c', script],
    ]);
  const prepare = async (apps: readonly App[], ...flags: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await fixture.rkt(['prepare', '--stage1-name=oci', ...flags, ...words(apps)]);
    if (stdout.length !== 37) throw new Error(`prepare failed: ${stderr}`);
    return stdout.trim();
  };
  /** Runs apps to their end. */
  const run = async (apps: readonly App[], ...flags: readonly string[]) => {
    const uuid = await prepare(apps, ...flags);
    const outcome = await fixture.rkt(['run-prepared', '--net=none', uuid]);
    const { stdout } = await fixture.rkt(['status', uuid]);
    const exits = stdout.split('\n').filter((line) => line.startsWith('app-'));
    return { ...outcome, uuid, exits, stderr: outcome.stderr.replace(LOOPBACK_ONLY, '') };
  };
  /** Starts apps and goes on when all of them run. */
  const start = async (apps: readonly App[]) => {
    const uuid = await prepare(apps);
    const dir = fixture.podDir('run', uuid);
    const isReady = () => apps.every(({ name }) => programOf(liveApp(dir, name)) === '/bin/sh');
    const process = await fixture.start(['run-prepared', '--net=none', uuid], {}, isReady);
    return { uuid, dir, process };
  };
  const programOf = (pid: number | undefined): string | undefined =>
    pid === undefined ? undefined : readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];

  it('run together, end when all have ended, and leave the exit code of each', async () => {
    const { exitCode, stdout, stderr, exits, uuid } = await run([
      { name: 'a', script: 'echo a' },
      { name: 'b', script: 'echo b' },
    ]);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').sort()).to.deep.equal(['', 'a', 'b']);
    expect(exits).to.deep.equal(['app-a=0', 'app-b=0']);
    const list = await fixture.rkt(['list', '--no-legend']);
    expect(list.stdout).to.match(
      new RegExp(`^${uuid.slice(0, 8)}\\ta\\t[^\\n]*exited[^\\n]*\\n\\t\\tb\\t`, 'm'),
    );
    expect((await fixture.rkt(['rm', uuid])).exitCode).to.equal(0);
  });

  it('end with the code of the first that fails, which ends the others', async () => {
    const hasEnded = '[ -s /dev/shm/a ] && ! [ -e "/proc/$(cat /dev/shm/a)" ]';
    const { exitCode, exits } = await run([
      { name: 'a', script: 'echo $$ >/dev/shm/a' },
      // The others are signalled: the first has ended by then, and the last has its trap.
      { name: 'b', script: `until [ -e /dev/shm/c ] && ${hasEnded}; do sleep 0.1; done; exit 7` },
      { name: 'c', script: 'trap "exit 3" TERM; echo >/dev/shm/c; while :; do sleep 0.1; done' },
    ]);
    expect(exitCode).to.equal(7);
    expect(exits).to.deep.equal(['app-a=0', 'app-b=7', 'app-c=3']);
  });

  it('share the namespaces of the pod and nothing of their file systems', async () => {
    const facts = `for kind in ${SHARED.join(' ')} mnt; do readlink /proc/self/ns/$kind; done`;
    const { stdout, exitCode } = await run([
      {
        name: 'a',
        // Until the other has its own: the kernel gives the number of a namespace that has ended to the next.
        script: `echo mine >/file; echo "$(${facts})"; echo >/dev/shm/a; until [ -e /dev/shm/b ]; do sleep 0.1; done`,
      },
      {
        name: 'b',
        script: `until [ -e /dev/shm/a ]; do sleep 0.1; done; cat /file 2>/dev/null; echo "$(${facts})"; echo >/dev/shm/b`,
      },
    ]);
    expect(exitCode).to.equal(0);
    const seen = stdout.trim().split('\n');
    expect(seen).to.have.length(10);
    expect(new Set(seen).size).to.equal(6);
    for (const kind of SHARED) expect(seen).to.not.include(readlinkSync(`/proc/self/ns/${kind}`));
  });

  it('have the flags of their own, and the restrictions of a single app', async () => {
    const { stdout, stderr } = await run([
      {
        name: 'a',
        script: 'id -u; grep -E "CapBnd|NoNewPrivs|Seccomp:" /proc/self/status',
        flags: ['--user=1000'],
      },
      {
        name: 'b',
        script: 'touch /x 2>/dev/null || echo read-only',
        flags: ['--readonly-rootfs=true'],
      },
    ]);
    expect(stderr).to.equal('');
    expect(stdout.replaceAll('\t', ' ').trim().split('\n').sort()).to.deep.equal([
      '1000',
      'CapBnd: 00000000800405fb',
      'NoNewPrivs: 1',
      'Seccomp: 2',
      'read-only',
    ]);
  });

  it('are entered by name, with the restrictions of the app', async () => {
    const forever = 'while :; do sleep 0.1; done';
    const pod = await start([
      { name: 'a', script: forever },
      { name: 'b', script: `trap "exit 0" TERM; ${forever}`, flags: ['--user=1000'] },
    ]);
    const facts = 'id -u; grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status; readlink /proc/self/ns/pid';
    const enter = (...args: readonly string[]) => fixture.rkt(['enter', ...args, '/bin/sh', '-c', facts]);
    expect((await enter('--app=b', pod.uuid)).stdout.replaceAll('\t', ' ')).to.equal(
      `1000\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n${readlinkSync(`/proc/${liveApp(pod.dir, 'a')}/ns/pid`)}\n`,
    );
    expect((await enter('--app=a', pod.uuid)).stdout).to.match(/^0\nCapEff:\t00000000800405fb\n/);
    expect(await enter(pod.uuid)).to.deep.include({
      exitCode: 254,
      stderr:
        'enter: pod contains multiple apps:\nenter: \ta\nenter: \tb\n' +
        'enter: unable to determine app name: specify app using "rkt enter --app= ..."\n',
    });
    expect(await enter('--app=c', pod.uuid)).to.deep.include({
      exitCode: 254,
      stderr: 'enter: the pod has no app "c"\n',
    });
    await fixture.rkt(['stop', pod.uuid]);
    expect((await pod.process.outcome).exitCode).to.equal(143);
    const { stdout } = await fixture.rkt(['status', pod.uuid]);
    expect(stdout).to.include('app-a=143\n').and.to.include('app-b=0\n');
  });

  it('show which of them have ended while others run', async () => {
    const pod = await start([
      { name: 'a', script: 'while :; do sleep 0.1; done' },
      { name: 'b', script: 'until [ -e /dev/shm/end ]; do sleep 0.1; done' },
    ]);
    await fixture.rkt(['enter', '--app=a', pod.uuid, '/bin/sh', '-c', ': >/dev/shm/end']);
    await until('b has ended', () => liveApp(pod.dir, 'b') === undefined);
    const status = async () =>
      JSON.parse((await fixture.rkt(['status', '--format=json', pod.uuid])).stdout) as {
        readonly state: string;
        readonly apps: readonly { readonly state: string; readonly exit_code?: number }[];
      };
    await until('the exit is shown', async () => (await status()).apps[1]?.state === 'exited');
    const { state, apps } = await status();
    expect(state).to.equal('running');
    expect(apps.map((app) => [app.state, app.exit_code])).to.deep.equal([
      ['running', undefined],
      ['exited', 0],
    ]);
    await fixture.rkt(['stop', '--force', pod.uuid]);
    expect((await pod.process.outcome).exitCode).to.equal(137);
  });

  it('still run, and can be stopped, when everything that waits for them was killed', async () => {
    const forever = 'while :; do sleep 0.1; done';
    const pod = await start([
      { name: 'a', script: forever },
      { name: 'b', script: forever },
    ]);
    for (const name of ['a', 'b'])
      process.kill(
        knownPid(Number(readFileSync(join(pod.dir, 'oci/apps', name, 'runtime'), 'utf8'))),
        'SIGSTOP',
      );
    process.kill(pod.process.pid, 'SIGKILL');
    for (const name of ['a', 'b'])
      process.kill(
        knownPid(Number(readFileSync(join(pod.dir, 'oci/apps', name, 'runtime'), 'utf8'))),
        'SIGKILL',
      );
    await pod.process.outcome;
    expect(liveApp(pod.dir, 'a')).to.not.equal(undefined);
    expect((await fixture.rkt(['rm', pod.uuid])).stderr).to.include('is currently running');
    await fixture.rkt(['stop', '--force', pod.uuid]);
    await until(
      'the apps have ended',
      () => liveApp(pod.dir, 'a') === undefined && liveApp(pod.dir, 'b') === undefined,
    );
    await until('the pod can be removed', async () => (await fixture.rkt(['rm', pod.uuid])).exitCode === 0);
  });

  it('come from a pod manifest', async () => {
    const prepared = await prepare([
      { name: 'a', script: 'echo from-a' },
      { name: 'b', script: 'echo from-b' },
    ]);
    const manifest = join(fixture.dir, 'pod.json');
    writeFileSync(manifest, (await fixture.rkt(['cat-manifest', prepared])).stdout);
    const outcome = await fixture.rkt([
      'run',
      '--stage1-name=oci',
      '--net=none',
      `--pod-manifest=${manifest}`,
    ]);
    expect(outcome.exitCode).to.equal(0);
    expect(outcome.stdout.split('\n').sort()).to.deep.equal(['', 'from-a', 'from-b']);
  });

  it('are refused by fly in the words of rkt, and interactive ones', async () => {
    const apps = [
      { name: 'a', script: 'true' },
      { name: 'b', script: 'true' },
    ];
    const { stdout } = await fixture.rkt(['prepare', ...words(apps)]);
    const fly = await fixture.rkt(['run-prepared', stdout.trim()]);
    expect(fly.exitCode).to.equal(254);
    expect(fly.stderr).to.include('fly only supports 1 application per Pod for now');
    const interactive = await fixture.rkt([
      'run-prepared',
      '--net=none',
      '--interactive',
      await prepare(apps),
    ]);
    expect(interactive.stderr).to.include('interactive option only supports pods with one app');
  });

  it('leave no process, and no file but those of the pod', async () => {
    const { uuid, exitCode } = await run([
      { name: 'a', script: 'sleep 1000 & exit 0' },
      { name: 'b', script: 'true' },
    ]);
    expect(exitCode).to.equal(0);
    const dir = fixture.podDir('run', uuid);
    expect(readdirSync(join(dir, 'oci/state'))).to.deep.equal([]);
    expect(liveInit(dir)).to.equal(undefined);
  });
});
