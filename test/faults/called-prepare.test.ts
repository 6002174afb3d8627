import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { fetchImages } from '../../src/rkt/rkt-fetch.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { expectRktRejection } from '../support/errors.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { requires, skipFor } from '../support/requirements.ts';
import { until } from '../support/until.ts';

const CHILD = fileURLToPath(new URL('../support/driver-child.ts', import.meta.url));

describe('a called prepare', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let imageId: string;
  /** Directories whose locks stop a prepare: before its pod is in preparation, and before that is complete. */
  const stops = (): Readonly<Record<'embryo' | 'prepare', string>> => ({
    embryo: join(sandbox.options.rktDir, 'locks/prepareLock'),
    prepare: join(sandbox.options.rktDir, 'cas/treestorelocks', treeOf(imageId)),
  });
  const treeOf = (id: string): string =>
    `deps-sha512-${createHash('sha512').update(id).digest('hex').slice(0, 64)}`;

  beforeEach(async function () {
    requires(this, 'root', 'pods');
    sandbox = await createSandbox();
    const { rkt, rktDir: dir } = sandbox.options;
    const runner = createRktRunner({ binary: await resolveRkt(rkt), dir });
    if (runner.binary.worker === undefined) skipFor(this, 'embedded-rkt', 'not the embedded rkt');
    [imageId = ''] = await fetchImages(runner, [sandbox.image], { insecureOptions: ['image'] });
    // The prepare has to render the image again.
    await rm(join(dir, 'cas/tree', treeOf(imageId)), { recursive: true });
    await mkdir(join(dir, 'locks'), { recursive: true });
    await mkdir(stops().prepare, { recursive: true });
  });
  afterEach(() => sandbox.close());

  const task = (id: string) => ({ ...sandbox.shell(id, 'sleep 1000'), config: { image: imageId } });
  const podsIn = (phase: string): Promise<readonly string[]> =>
    readdir(join(sandbox.options.rktDir, 'pods', phase)).catch(() => []);

  for (const phase of ['embryo', 'prepare'] as const) {
    it(`that dies with its driver leaves nothing after recovery (${phase})`, async () => {
      const holder = await holdLock(stops()[phase]);
      const args = [
        '--import',
        'tsx',
        CHILD,
        JSON.stringify(sandbox.options),
        JSON.stringify(task('killed')),
      ];
      const driver = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      await until(`a pod is in ${phase}`, async () => (await podsIn(phase)).length === 1);
      driver.kill('SIGKILL');
      await once(driver, 'exit');

      const { undone, failures } = await sandbox.driver().recoverTasks();
      expect({ undone, failures }).to.deep.equal({ undone: ['killed'], failures: [] });
      expect([await podsIn('embryo'), await podsIn('prepare')]).to.deep.equal([[], []]);
      await release(holder);
      await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
    });

    it(`that hangs is ended, and leaves nothing (${phase})`, async () => {
      const holder = await holdLock(stops()[phase]);
      const driver = sandbox.driver({ prepareTimeoutMs: 5_000 });
      await expectRktRejection(driver.startTask(task('hanging')), 'RKT_ERR_RKT_TIMEOUT');
      expect([await podsIn('embryo'), await podsIn('prepare')]).to.deep.equal([[], []]);
      expect(await sandbox.leftovers()).to.deep.equal([]);
      await release(holder);
      await driver.startTask(task('next'));
      await driver.destroyTask('next', { force: true });
    });
  }
});

async function holdLock(path: string): Promise<ChildProcess> {
  const holder = spawn('flock', ['--no-fork', '-x', path, 'sh', '-c', 'echo; exec cat'], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

async function release(holder: ChildProcess): Promise<void> {
  holder.stdin?.end();
  await once(holder, 'exit');
}
