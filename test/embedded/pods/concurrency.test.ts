import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { holdLock } from '../../../src/embedded/pods/locks.ts';
import { RktProcess } from '../../support/replay/rkt-process.ts';
import { PodFixture } from '../../support/pod-fixture.ts';
import { until } from '../../support/until.ts';

describe('several processes at one data directory', () => {
  let fixture: PodFixture;
  let made: PodFixture | undefined;

  beforeEach(async function () {
    this.timeout(60_000);
    made = await PodFixture.create(this);
    fixture = made;
  });

  afterEach(() => made?.remove());

  it('import one image and prepare a pod each, starting from nothing', async () => {
    const prepared = await Promise.all(Array.from({ length: 6 }, () => fixture.prepare('exit 4')));
    expect(fixture.pods()).to.have.keys('prepared');
    expect(fixture.pods().prepared).to.have.members(prepared);
    expect((await fixture.rkt(['image', 'list', '--no-legend'])).stdout.trim().split('\n')).to.have.length(1);
    const outcomes = await Promise.all(prepared.map((uuid) => fixture.rkt(['run-prepared', uuid])));
    expect(outcomes.map(({ exitCode, stderr }) => [exitCode, stderr])).to.deep.equal(
      prepared.map(() => [4, '']),
    );
  }).timeout(60_000);

  it('start a prepared pod exactly once', async () => {
    const uuid = await fixture.prepare('sleep 1; exit 7');
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => fixture.rkt(['run-prepared', uuid])));
    const losers = outcomes.filter(({ exitCode }) => exitCode === 254);
    expect(outcomes.filter(({ exitCode }) => exitCode === 7)).to.have.length(1);
    expect(losers).to.have.length(5);
    for (const { stderr } of losers) expect(stderr).to.equal(`run-prepared: pod "${uuid}" is not prepared\n`);
  }).timeout(60_000);

  it('remove each pod exactly once', async () => {
    const pods = await Promise.all(Array.from({ length: 4 }, () => fixture.prepare('true')));
    await Promise.all(pods.map((uuid) => fixture.rkt(['run-prepared', uuid])));
    const calls = [
      ['gc', '--grace-period=0s'],
      ['rm', ...pods],
      ['gc', '--grace-period=0s'],
      ['rm', ...pods],
    ];
    const outcomes = await Promise.all(calls.map((args) => fixture.rkt(args)));
    const removed = outcomes.flatMap(({ stdout }) => stdout.match(/[0-9a-f-]{36}/g) ?? []);
    expect(removed.sort()).to.deep.equal([...pods].sort());
    for (const { stderr } of outcomes) expect(stderr).not.to.match(/ENOENT|no such file|Error/);
    expect(fixture.pods()).to.deep.equal({});
  }).timeout(60_000);

  it('collect what a killed prepare has left, and nothing that one at work has', async () => {
    await fixture.prepare('true');
    const embryo = (digit: string): string =>
      join(fixture.dataDir, 'pods', 'embryo', `${digit.repeat(8)}-1111-4111-8111-111111111111`);
    mkdirSync(embryo('a'));
    mkdirSync(embryo('b'));
    const atWork = await holdLock(embryo('b'), { wait: true });
    try {
      await fixture.rkt(['gc']);
      expect(fixture.pods().embryo).to.have.length(2);
      const { stderr } = await fixture.rkt(['gc', '--grace-period=0s', '--expire-prepared=0s']);
      expect(stderr).to.include('moving abandoned embryo "aaaaaaaa-1111-4111-8111-111111111111" to garbage');
      expect(fixture.pods()).to.deep.equal({ embryo: [basename(embryo('b'))] });
    } finally {
      await atWork?.release();
    }
    await fixture.rkt(['gc', '--grace-period=0s', '--expire-prepared=0s']);
    expect(fixture.pods()).to.deep.equal({});
  }).timeout(60_000);

  it('list and inspect pods that come and go', async () => {
    const work = async () => {
      const uuid = await fixture.prepare('true');
      await fixture.rkt(['run-prepared', uuid]);
      await fixture.rkt(['rm', uuid]);
    };
    let busy = true;
    const watch = async () => {
      const problems: string[] = [];
      while (busy) {
        const { exitCode, stdout, stderr } = await fixture.rkt(['list', '--format=json']);
        JSON.parse(stdout);
        const unexpected = stderr.replace(/^list: .*\n/gm, '');
        if (exitCode !== 0 || unexpected !== '') problems.push(stderr);
      }
      return problems;
    };
    const watcher = watch();
    await Promise.all([work(), work(), work()]).finally(() => (busy = false));
    expect(await watcher).to.deep.equal([]);
    expect(fixture.pods()).to.deep.equal({});
  }).timeout(60_000);

  it('see a running pod as running, and its exit at once', async () => {
    const uuid = await fixture.prepare('exec sleep 1000');
    const process_ = await fixture.start(['run-prepared', uuid]);
    const waiting = new RktProcess(fixture.args('status', '--wait', uuid));
    expect((await fixture.rkt(['status', uuid])).stdout)
      .to.contain(`state=running\n`)
      .and.to.contain(`pid=${process_.pid}\n`);
    process.kill(process_.pid, 'SIGKILL');
    expect((await process_.outcome).signal).to.equal('SIGKILL');
    expect((await waiting.outcome).stdout).to.match(/^state=exited\n/);
  }).timeout(60_000);

  it('leave an aborted prepare behind a killed one, and collect it', async () => {
    const doomed = new RktProcess(fixture.args('prepare', '--no-overlay', fixture.image));
    await until('the pod is being prepared', () => doomed.ended || fixture.pods().prepare !== undefined);
    if (!doomed.ended) process.kill(doomed.pid, 'SIGKILL');
    await doomed.outcome;
    await until(
      'the lock is gone',
      async () => !(await fixture.rkt(['list', '--no-legend'])).stdout.includes('preparing'),
    );
    await fixture.rkt(['gc', '--expire-prepared=0s', '--grace-period=0s']);
    expect(fixture.pods()).to.deep.equal({});
  }).timeout(60_000);
});
