import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { RUNTIME_VARIABLE } from '../../../src/embedded/stage1/oci/oci-runtime.ts';
import { hostProgram } from '../../support/host-program.ts';
import { describeRuntimes } from '../../support/oci-runtimes.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { runProgram } from '../../support/program.ts';
import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

describe('the OCI runtime of pods', () => {
  let fixture: PodFixture;

  before(async function () {
    requires(this, 'crun', 'runc', 'catatonit', 'perl');
    fixture = await PodFixture.create(this);
  });
  after(() => fixture.remove());

  /** Runs rkt on a machine that lacks some programs. */
  const rktWithout = async (hidden: readonly string[], args: readonly string[]) => {
    const paths = hidden.map((name) => hostProgram(name) ?? '');
    const script =
      'n=$1; shift; while [ "$n" -gt 0 ]; do mount --bind /dev/null "$1"; shift; n=$((n - 1)); done; exec "$@"';
    const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', String(paths.length)];
    return runProgram('unshare', [...words, ...paths, '/bin/sh', EMBEDDED_RKT, ...fixture.args(...args)]);
  };

  it('is crun, runc where that is missing, and what doctor and a failure name', async () => {
    const all = await rktWithout([], ['doctor']);
    expect(all.stdout).to.match(/^ok {4}stage1 oci +crun \d/m);
    const doctor = await rktWithout(['crun'], ['doctor']);
    expect(doctor.stdout).to.match(/^ok {4}stage1 oci +runc \d/m);
    expect(doctor.stdout).to.match(/^FAIL {2}crun +install crun \(for single features\)/m);
    const pod = await rktWithout(['crun'], fixture.ociRun('echo works; exit 4', ['--net=none']));
    expect(pod).to.include({ exitCode: 4, stdout: 'works\n' });
    const none = await rktWithout(['crun', 'runc'], fixture.ociRun('true', ['--net=none']));
    expect(none.exitCode).to.equal(254);
    expect(none.stderr).to.include('the stage1 oci needs crun or runc, which is not installed');
    const without = await rktWithout(['crun', 'perl'], fixture.ociRun('true', ['--net=none']));
    expect(without.exitCode).to.equal(254);
    expect(without.stderr).to.include('the stage1 oci needs perl with runc, which is not installed');
  });

  it('can be chosen, of those that there are', async () => {
    const wrong = await fixture.rkt(fixture.ociRun('true', ['--net=none']), {
      env: { [RUNTIME_VARIABLE]: 'youki' },
    });
    expect(wrong.exitCode).to.equal(254);
    expect(wrong.stderr).to.include(
      'RKT_STREAMS_OCI_RUNTIME="youki" is no OCI runtime: it can be crun or runc',
    );
  });

  it('is stored in the pod: a command uses that one', async () => {
    const uuid = await fixture.prepare('while :; do sleep 0.1; done', '--stage1-name=oci');
    const dir = fixture.podDir('run', uuid);
    const isReady = () => runningInit(dir);
    const running = await fixture.start(
      ['run-prepared', '--net=none', uuid],
      { env: { [RUNTIME_VARIABLE]: 'runc' } },
      isReady,
    );
    expect(readFileSync(join(dir, 'oci/runtime'), 'utf8')).to.equal(`runc ${hostProgram('runc') ?? ''}`);
    expect(await fixture.rkt(['enter', uuid, '/bin/sh', '-c', 'echo in; exit 8'])).to.include({
      exitCode: 8,
      stdout: 'in\n',
    });
    await fixture.rkt(['stop', uuid]);
    expect((await running.outcome).exitCode).to.equal(143);
  });
});

describeRuntimes('what waits for a pod of the stage1 oci', () => {
  let fixture: PodFixture;

  before(async function () {
    fixture = await PodFixture.create(this);
  });
  after(() => fixture.remove());

  it('gives the app, and a command in it, its own outputs and not a pipe between them', async () => {
    const pod = await fixture.startOci('while :; do sleep 0.1; done', ['--net=none']);
    const outputs = (pid: number) => [1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(outputs(pod.pid)).to.deep.equal(outputs(pod.process.pid));
    const script = 'stat -L -c %i /proc/self/fd/1';
    const words = fixture.args('enter', pod.uuid, '/bin/sh', '-c', script);
    const target = join(fixture.dir, 'output');
    const entered = await runProgram('sh', [
      '-c',
      'exec "$@" >"$0"',
      target,
      '/bin/sh',
      EMBEDDED_RKT,
      ...words,
    ]);
    expect(entered).to.deep.equal({ exitCode: 0, stdout: '', stderr: '' });
    expect(readFileSync(target, 'utf8')).to.equal(`${statSync(target).ino}\n`);
    await fixture.rkt(['stop', pod.uuid]);
    await pod.process.outcome;
  });

  it('passes signals on from the first moment', async () => {
    for (const [name, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
      ['SIGUSR1', 138],
    ] as const) {
      const pod = await fixture.startOci('exec sleep 1000', ['--net=none']);
      await until('the init has its app', () => childrenOf(pod.pid) !== '');
      process.kill(pod.process.pid, name);
      expect((await pod.process.outcome).exitCode, name).to.equal(code);
    }
  });

  it('leaves nothing of a pod that has ended to the runtime', async () => {
    const uuid = await fixture.prepare('exit 3', '--stage1-name=oci');
    expect((await fixture.rkt(['run-prepared', '--net=none', uuid])).exitCode).to.equal(3);
    const { stdout } = await runProgram('find', [
      join(fixture.podDir('run', uuid), 'oci/state'),
      '-type',
      'f',
    ]);
    expect(stdout).to.equal('');
  });
});

const childrenOf = (pid: number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();

function runningInit(dir: string): boolean {
  try {
    const pid = readFileSync(join(dir, 'pid'), 'utf8').trim();
    return childrenOf(Number(pid)) !== '';
  } catch {
    return false;
  }
}
