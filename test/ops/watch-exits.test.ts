import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { OpsContext } from '../../src/ops/ops-context.ts';
import { EXIT_PLACEHOLDER } from '../../src/ops/exit-record.ts';
import { exitsDirectory } from '../../src/ops/task-files.ts';
import { watchExits } from '../../src/ops/watch-exits.ts';
import { waitTask } from '../../src/streams/wait-task-stream.ts';
import { countingFiles } from '../support/counted-files.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aNewTask } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

const TASKS = 1_000;

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
  this.timeout(60_000);
  const ids = Array.from({ length: TASKS }, (_, index) => `task-${index}`);
  let directory: string;
  let exits: string;
  let ctx: OpsContext;
  const kills = new Load();
  const saves = new Load();
  let oomReads = 0;
  let lists = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    exits = exitsDirectory(directory);
    const plain = await anOpsContext(directory);
    const cgroup = {
      ...plain.cgroups.open([]),
      oomKills: () => {
        oomReads += 1;
        return undefined;
      },
      kill: () => kills.during(undefined),
    };
    const { registry } = plain;
    ctx = {
      ...plain,
      cgroups: { ...plain.cgroups, open: () => cgroup },
      store: { ...plain.store, saveIfPresent: () => saves.during(true) },
      registry: {
        ...registry,
        list: () => {
          lists += 1;
          return registry.list();
        },
      },
    };
    await mkdir(exits);
    for (const id of ids) {
      await writeFile(join(exits, `start-of-${id}`), EXIT_PLACEHOLDER);
      ctx.registry.add({ ...aNewTask(id), phase: 'running', cgroupPaths: ['/nowhere'] });
    }
  });
  after(() => rm(directory, { recursive: true }));

  const end = (id: string, index: number): Promise<void> =>
    writeFile(join(exits, `start-of-${id}`), index % 2 === 0 ? '137\n' : '007\n', { flag: 'r+' });

  it('does the same work for each of 1,000 exits, and searches no list for them', async () => {
    const published: string[] = [];
    const results: string[] = [];
    let saved = 0;
    ctx.registry.events$.subscribe(({ taskId }) => published.push(taskId));
    for (const id of ids) void firstValueFrom(waitTask(ctx, id)).then(() => results.push(id));
    const watching = watchExits(ctx);
    const files = await countingFiles(
      (path) => path.startsWith(directory),
      async () => {
        try {
          await Promise.all(ids.map(end));
          await until('all are tidied up', () => kills.calls >= TASKS && saves.calls >= TASKS);
          saved = saves.calls;
        } finally {
          watching.unsubscribe();
        }
      },
    );
    expect(ctx.registry.get('task-7')?.exitResult).to.include({ exitCode: 7 });
    expect(published).to.have.members(ids);
    expect(results).to.have.members(ids);
    expect(kills.calls).to.equal(TASKS);
    expect(saved).to.equal(TASKS);
    expect(kills.most).to.be.within(1, 4);
    // Only for those that SIGKILL has ended.
    expect(oomReads).to.equal(TASKS / 2);
    expect(lists).to.equal(0);
    expect(files.readFileSync).to.be.within(TASKS, 2 * TASKS);
    // The exit file, the note of a stop, and for SIGKILL that of a signal.
    expect(files.statSync).to.be.within(2.5 * TASKS, 5 * TASKS);
    expect(files.readdirSync + files.openSync).to.equal(0);
  });
});
