import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { findLeftovers } from '../../../src/cli/demo/leftovers.ts';
import { makePlace, removePlace, type DemoPlace } from '../../../src/cli/demo/place.ts';
import { settingsSchema } from '../../../src/cli/settings.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

describe('findLeftovers', function () {
  this.timeout(60_000);
  let place: DemoPlace;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    const settings = settingsSchema.parse({ cgroupParent: `rkt-streams-test-${process.pid}` });
    place = await makePlace(settings, silentLogger);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await removePlace(place, []);
  });
  const kinds = async (): Promise<readonly string[]> =>
    (await findLeftovers(place)).filter(({ left }) => left.length > 0).map(({ what }) => what);
  const plant = (program: string, args: readonly string[], cwd = '/'): ChildProcess => {
    const child = spawn(program, args, { cwd, stdio: 'ignore' });
    children.push(child);
    return child;
  };

  it('finds nothing where nothing is', async () => {
    expect(await kinds()).to.deep.equal([]);
  });

  it('finds a process by its working directory', async () => {
    const { pid } = plant('sleep', ['60'], place.base);
    const processes = (await findLeftovers(place)).find(({ what }) => what === 'processes');
    expect(processes?.left).to.include(`${pid} sleep 60`);
  });

  it('finds the file of a task and the directory of a pod', async () => {
    mkdirSync(join(place.dataDir, 'state'), { recursive: true });
    writeFileSync(join(place.dataDir, 'state', 'task.json'), '');
    mkdirSync(join(place.rktDir, 'pods', 'exited-garbage', 'a-pod'), { recursive: true });
    expect(await kinds()).to.deep.equal(['pods', 'files']);
  });

  it('finds a mount in the namespace of another process, and then removes no file', async function () {
    requires(this, 'root', 'pods');
    const script = 'mount -t tmpfs none "$1" && exec sleep 60';
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', place.base];
    const { pid } = plant('unshare', args);
    await until('the mount is there', () =>
      readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(place.base),
    );
    const checks = await findLeftovers(place);
    expect(checks.find(({ what }) => what === 'mounts')?.left).to.include(place.base);
    expect((await removePlace(place, checks)).left).to.deep.equal([place.base]);
    expect(existsSync(place.base)).to.equal(true);
  });

  it('finds a cgroup', async function () {
    requires(this, 'root', 'cgroups');
    const hierarchy = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) =>
      existsSync(join(path, 'cgroup.procs')),
    );
    const cgroup = join(hierarchy ?? '', place.cgroupParent);
    mkdirSync(cgroup);
    try {
      expect(await kinds()).to.deep.equal(['cgroups']);
    } finally {
      rmdirSync(cgroup);
    }
  });
});
