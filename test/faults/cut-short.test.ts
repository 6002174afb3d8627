import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { endPreparation, revocable } from '../../src/ops/prepare-pod.ts';
import { taskFiles } from '../../src/ops/task-files.ts';
import { removeIfAborted, removeUnfinished } from '../../src/ops/unfinished-pods.ts';
import { createRktRunner, type RktRunner } from '../../src/rkt/command-runner.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { expectRktRejection } from '../support/errors.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { faultyRkt, type FaultyRkt } from './support/faulty-rkt.ts';

/** Every place between `rkt prepare` and what the driver notes of it. */
describe('a preparation that is cut short', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let rkt: FaultyRkt;
  let runner: RktRunner;

  before(async function () {
    sandbox = await openSandbox(this);
    rkt = await faultyRkt(sandbox.base);
    runner = createRktRunner({ binary: await resolveRkt(rkt.path), dir: sandbox.options.rktDir });
  });
  after(async () => {
    rkt.heal();
    await sandbox.close();
  });
  afterEach(() => rkt.heal());

  for (const subcommand of ['list', 'rm'] as const) {
    it(`is undone later when prepare dies at its very end, and ${subcommand} fails then`, async () => {
      const driver = sandbox.driver({ rkt: rkt.path });
      rkt.break('prepare', 'die-late', [subcommand, 'fail']);
      await expectRktRejection(driver.startTask(sandbox.shell('late', 'exit 0')), 'RKT_ERR_RKT_FAILED');
      expect((await sandbox.leftovers()).filter((what) => what.startsWith('pod prepared/'))).to.have.lengthOf(
        1,
      );
      rkt.heal();
      expect((await driver.recoverTasks()).undone).to.deep.equal(['late']);
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  }

  it('leaves nothing when prepare dies at its very end', async () => {
    const driver = sandbox.driver({ rkt: rkt.path });
    rkt.break('prepare', 'die-late');
    await expectRktRejection(driver.startTask(sandbox.shell('late', 'exit 0')), 'RKT_ERR_RKT_FAILED');
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  for (const [what, lose] of [
    ['is gone', (path: string) => rm(path)],
    ['is no program', (path: string) => chmod(path, 0o644)],
  ] as const) {
    it(`has never begun when rkt ${what} by then`, async () => {
      const directory = await mkdtemp(join(sandbox.base, 'lost-'));
      const lost = await faultyRkt(directory);
      const driver = sandbox.driver({ rkt: lost.path });
      await firstValueFrom(driver.fingerprint());
      await lose(lost.path);
      await expectRktRejection(driver.startTask(sandbox.shell('lost', 'exit 0')), 'RKT_ERR_RKT_MISSING');
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  }

  describe('beside a pod that somebody else is preparing', () => {
    let lock: ChildProcess;
    let podId: string;
    const directoryOf = (phase: string): string => join(sandbox.options.rktDir, 'pods', phase, podId);

    beforeEach(async () => {
      podId = randomUUID();
      for (const phase of ['prepare', 'prepared', 'garbage'])
        await mkdir(join(sandbox.options.rktDir, 'pods', phase), { recursive: true });
      await mkdir(directoryOf('prepare'));
      lock = spawn('flock', ['--no-fork', directoryOf('prepare'), 'sh', '-c', 'echo; exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      if (lock.stdout) await once(lock.stdout, 'data');
    });
    afterEach(() => lock.kill('SIGKILL'));

    /** What a failed start does, while nothing was there before. */
    async function removeAll(): Promise<void> {
      const ctx = await anOpsContext(sandbox.options.dataDir, { rktDir: sandbox.options.rktDir });
      await removeUnfinished(ctx, runner, randomUUID(), { inPreparation: [], prepared: [] });
    }

    /** Prepares it to its end. */
    async function finish(): Promise<void> {
      await rename(directoryOf('prepare'), directoryOf('prepared'));
      lock.kill('SIGKILL');
      await once(lock, 'exit');
    }

    it('leaves that alone, also when it is prepared a moment later', async () => {
      rkt.break('rm', 'slow');
      const removed = removeAll();
      const others = async (): Promise<boolean> =>
        (await processesWith(podId)).some((pid) => pid !== lock.pid);
      await Promise.race([until('somebody is at it', others), removed]);
      await finish();
      await removed;
      expect(await readdir(join(sandbox.options.rktDir, 'pods', 'prepared'))).to.deep.equal([podId]);
      await runner.run(['rm', podId]);
    });

    it('leaves that alone while it is prepared, and takes it when that was killed', async () => {
      await removeAll();
      expect(await readdir(join(sandbox.options.rktDir, 'pods', 'prepare'))).to.deep.equal([podId]);
      lock.kill('SIGKILL');
      await removeAll();
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  });

  it('leaves nothing where a pod has moved on by the time it is looked at', async () => {
    const { rktDir } = sandbox.options;
    await mkdir(join(rktDir, 'pods', 'prepare'), { recursive: true });
    await removeIfAborted(await anOpsContext(sandbox.options.dataDir, { rktDir }), runner, randomUUID());
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  describe('and whose driver is gone', () => {
    const files = () => taskFiles(sandbox.options.dataDir, randomUUID());
    const began = (marker: string): readonly string[] => ['sh', '-c', 'echo >"$0"; exec sleep 1000', marker];

    it('does not begin after it was revoked', async () => {
      const start = files();
      await mkdir(start.directory, { recursive: true });
      await writeFile(start.prepareTicket, '');
      const marker = join(start.directory, 'began');
      const ctx = await anOpsContext(sandbox.options.dataDir);
      await endPreparation(ctx, runner, start);
      const late = await runner.spawn(revocable(start, began(marker)));
      expect(await late.exit).to.deep.equal({ exitCode: 125 });
      expect(await readdir(start.directory)).to.deep.equal(['prepare.lock']);
    });

    it('is waited for when it has begun', async () => {
      const start = files();
      await mkdir(start.directory, { recursive: true });
      await writeFile(start.prepareTicket, '');
      const marker = join(start.directory, 'began');
      const ctx = await anOpsContext(sandbox.options.dataDir);
      const running = await runner.spawn(revocable(start, began(marker)));
      await until('it has begun', async () => (await readdir(start.directory)).includes('began'));
      await expectRktRejection(endPreparation(ctx, runner, start), 'RKT_ERR_RKT_TIMEOUT');
      running.kill('SIGKILL');
      await endPreparation(ctx, runner, start);
    });

    afterEach(async () => {
      await rm(join(sandbox.options.dataDir, 'tasks'), { recursive: true, force: true });
    });
  });
});

async function processesWith(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, i) => lines[i]?.includes(word)).map(Number);
}
