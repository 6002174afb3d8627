import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect } from 'chai';

import type { OpsContext } from '../../src/ops/context.ts';
import { EXIT_PLACEHOLDER } from '../../src/ops/exit-record.ts';
import { exitsDirectory } from '../../src/ops/task-files.ts';
import { watchExits } from '../../src/ops/watch-exits.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aNewTask } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

const TASKS = 200;

/** How many calls were made of something, and how many at once. */
class Load {
  calls = 0;
  most = 0;
  #now = 0;
  async during<T>(result: T): Promise<T> {
    this.calls += 1;
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    await nextTurn();
    await nextTurn();
    this.#now -= 1;
    return result;
  }
}

describe('watchExits', function () {
  this.timeout(30_000);
  let directory: string;
  let ctx: OpsContext;
  const oomReads = new Load();
  const kills = new Load();
  let lists = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    const plain = await anOpsContext(directory);
    const cgroup = {
      ...plain.cgroups.open([]),
      oomKills: () => oomReads.during(undefined),
      kill: () => kills.during(undefined),
    };
    const { registry } = plain;
    ctx = {
      ...plain,
      cgroups: { ...plain.cgroups, open: () => cgroup },
      registry: {
        ...registry,
        list: () => {
          lists += 1;
          return registry.list();
        },
      },
    };
  });
  after(() => rm(directory, { recursive: true }));

  it('works on a few exits at a time, each looked at once, and searches no list for them', async () => {
    const exits = exitsDirectory(directory);
    await mkdir(exits);
    const ids = Array.from({ length: TASKS }, (_, index) => `task-${index}`);
    for (const id of ids) {
      await writeFile(join(exits, `start-of-${id}`), EXIT_PLACEHOLDER);
      ctx.registry.add({ ...aNewTask(id), phase: 'running', cgroupPaths: ['/nowhere'] });
    }
    const watching = watchExits(ctx);
    try {
      const end = (id: string, index: number): Promise<void> =>
        writeFile(join(exits, `start-of-${id}`), index % 2 === 0 ? '137\n' : '007\n', { flag: 'r+' });
      await Promise.all(ids.map(end));
      await until('all have exited', () => ids.every((id) => ctx.registry.get(id)?.phase === 'exited'));
      await until('all are tidied up', () => kills.calls === TASKS);
    } finally {
      watching.unsubscribe();
    }
    expect(ctx.registry.get('task-7')?.exitResult).to.include({ exitCode: 7 });
    // Only for those that SIGKILL has ended.
    expect(oomReads.calls).to.equal(TASKS / 2);
    expect(oomReads.most).to.be.within(1, 16);
    expect(kills.most).to.be.within(1, 4);
    expect(lists).to.equal(0);
  });
});
