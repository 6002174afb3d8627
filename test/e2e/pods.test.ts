import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom, map } from 'rxjs';

import type { Driver, Pod } from '../../src/index.ts';
import { createRktRunner, type RktRunner } from '../../src/rkt/command-runner.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { listPods } from '../../src/rkt/rkt-list.ts';
import { prepare } from '../../src/rkt/rkt-prepare.ts';
import { removePod } from '../../src/rkt/rkt-rm.ts';
import { createPodDirectories, type PodDirectories } from '../../src/rkt/disk/pod-directories.ts';
import { skipFor } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

describe('pods', function () {
  let sandbox: Sandbox;
  let driver: Driver;
  let runner: RktRunner;
  let directories: PodDirectories;
  const prepared: string[] = [];

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    runner = createRktRunner({ binary: await resolveRkt(sandbox.options.rkt), dir: sandbox.options.rktDir });
    directories = createPodDirectories({ rktDir: sandbox.options.rktDir });
  });
  after(async () => {
    for (const pod of prepared) await removePod(runner, pod);
    await sandbox.close();
  });

  const stateOf = (pods: readonly Pod[], id: string | undefined) =>
    pods.find(({ name }) => name === id)?.state;
  const until = (id: string | undefined, state: Pod['state'] | undefined) =>
    firstValueFrom(
      driver.pods().pipe(
        map((pods) => stateOf(pods, id)),
        filter((seen) => seen === state),
      ),
    );

  it('are read from the directories just as rkt lists them', async function () {
    prepared.push(await prepare(runner, ['--insecure-options=image', 'prepare', sandbox.image]));
    await driver.startTask(sandbox.shell('runs', 'sleep 1000'));
    await driver.startTask(sandbox.shell('ended', 'exit 0'));
    await firstValueFrom(driver.waitTask('ended'));
    const read = await directories.read();
    if (read === undefined)
      return skipFor(this, 'embedded-rkt', 'the directories of this rkt cannot be read');
    const listed = (await listPods(runner)).map(({ name, state }) => [name, state] as const);
    expect([...read].sort()).to.deep.equal([...listed].sort());
    expect([...read.values()]).to.include.members(['prepared', 'running', 'exited']);
  });

  it('are reported as they come, change and go, the caller that runs them', async () => {
    const { handle } = await driver.startTask(sandbox.shell('seen', 'sleep 1000'));
    const { podId } = handle.state;
    await until(podId, 'running');
    await driver.stopTask('seen', { timeoutMs: 0 });
    await until(podId, 'exited');
    await driver.destroyTask('seen');
    await until(podId, undefined);
  });

  it('are not guessed where the directories cannot be read', async () => {
    const elsewhere = join(sandbox.base, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'pods'), '');
    expect(await createPodDirectories({ rktDir: elsewhere }).read()).to.equal(undefined);
    const { rktDir } = sandbox.options;
    expect(await createPodDirectories({ rktDir, procRoot: elsewhere }).read()).to.equal(undefined);
  });
});
