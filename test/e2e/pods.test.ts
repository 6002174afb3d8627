import { mkdir } from 'node:fs/promises';
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
import { openRoom, type Room } from '../support/room.ts';

describe('pods', function () {
  let room: Room;
  let driver: Driver;
  let runner: RktRunner;
  let directories: PodDirectories;
  const prepared: string[] = [];

  before(async function () {
    room = await openRoom(this);
    driver = room.driver();
    runner = createRktRunner({ binary: await resolveRkt(room.options.rkt), dir: room.options.rktDir });
    directories = createPodDirectories({ rktDir: room.options.rktDir });
  });
  after(async () => {
    for (const pod of prepared) await removePod(runner, pod);
    await room.close();
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
    prepared.push(await prepare(runner, ['--insecure-options=image', 'prepare', room.image]));
    await driver.startTask(room.shell('runs', 'sleep 1000'));
    await driver.startTask(room.shell('ended', 'exit 0'));
    await firstValueFrom(driver.waitTask('ended'));
    const read = await directories.read();
    if (read === undefined)
      return skipFor(this, 'embedded-rkt', 'the directories of this rkt cannot be read');
    const listed = (await listPods(runner)).map(({ name, state }) => [name, state] as const);
    expect([...read].sort()).to.deep.equal([...listed].sort());
    expect([...read.values()]).to.include.members(['prepared', 'running', 'exited']);
  });

  it('are told as they come, change and go, whoever runs them', async () => {
    const { handle } = await driver.startTask(room.shell('seen', 'sleep 1000'));
    const { podId } = handle.state;
    await until(podId, 'running');
    await driver.stopTask('seen', { timeoutMs: 0 });
    await until(podId, 'exited');
    await driver.destroyTask('seen');
    await until(podId, undefined);
  });

  it('are not guessed where the directories cannot be read', async () => {
    const elsewhere = join(room.base, 'elsewhere');
    await mkdir(elsewhere);
    expect(await createPodDirectories({ rktDir: elsewhere }).read()).to.equal(undefined);
    const { rktDir } = room.options;
    expect(await createPodDirectories({ rktDir, procRoot: elsewhere }).read()).to.equal(undefined);
  });
});
