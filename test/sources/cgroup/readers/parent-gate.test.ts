import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { FIELD_GROUPS, groupMask, maskGroups, type FieldGroup } from '../../../../src/model/field-groups.ts';
import { RktError } from '../../../../src/model/rkt-error.ts';
import type { CgroupReader } from '../../../../src/sources/cgroup/readers/cgroup-reader.ts';
import { usageOf, type OpenCgroup } from '../../../../src/sources/cgroup/readers/open-cgroup.ts';

import { cgroupFixture, type CgroupFixture } from '../../../support/cgroup-fixture.ts';
import { realCgroups, startIn } from '../../../support/real-cgroups.ts';
import { until } from '../../../support/until.ts';

const GROUPS: readonly FieldGroup[] = ['cpu', 'throttling', 'memory', 'memoryDetail', 'limits'];
const MASK = groupMask(GROUPS);
const TASKS = 20;
const WORKS_WHEN_ASKED =
  "trap 'n=0; while [ $n -lt 50000 ]; do n=$((n+1)); done' USR1; while :; do sleep 1000 & wait; done";

/** A parent with tasks in files, whose usage is the sum of theirs, as the kernel keeps it. */
class Fleet {
  readonly fixture: CgroupFixture;
  readonly #version: 'v1' | 'v2';
  readonly cpuUs = new Array<number>(TASKS).fill(1_000);
  readonly memory = new Array<number>(TASKS).fill(2 ** 30);
  /** Of cgroups that are not read. */
  otherCpuUs = 77;

  constructor(version: 'v1' | 'v2') {
    this.#version = version;
    this.fixture = cgroupFixture(version);
    for (let task = 0; task < TASKS; task += 1) {
      for (const directory of this.paths(task)) mkdirSync(directory, { recursive: true });
      this.write(task);
      this.limit(task, 2 ** 31);
    }
    this.writeParent();
  }

  paths(task: number): readonly string[] {
    const name = `rkt-streams/fleet/t${task}`;
    const { root } = this.fixture;
    return this.#version === 'v2'
      ? [join(root, name)]
      : [join(root, 'cpu,cpuacct', name), join(root, 'memory', name)];
  }

  /** What only an administrator changes. */
  limit(task: number, bytes: number): void {
    const [, memory = this.paths(task)[0]] = this.paths(task);
    writeFileSync(
      join(memory ?? '', this.#version === 'v2' ? 'memory.max' : 'memory.limit_in_bytes'),
      String(bytes),
    );
  }

  write(task: number): void {
    this.#usage(this.paths(task), this.cpuUs[task] ?? 0, this.memory[task] ?? 0);
  }

  writeParent(): void {
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
    const parents = this.paths(0).map((path) => join(path, '..'));
    this.#usage(parents, sum(this.cpuUs) + this.otherCpuUs, sum(this.memory));
  }

  /** A task works, and its memory changes. */
  work(task: number, us: number, bytes = 0): void {
    this.cpuUs[task] = (this.cpuUs[task] ?? 0) + us;
    this.memory[task] = (this.memory[task] ?? 0) + bytes;
    this.write(task);
    this.writeParent();
  }

  #usage(paths: readonly string[], cpuUs: number, memory: number): void {
    const [cpuPath = '', memoryPath = cpuPath] = paths;
    if (this.#version === 'v2') {
      writeFileSync(join(cpuPath, 'cpu.stat'), `usage_usec ${cpuUs}\nuser_usec 0\nsystem_usec 0\n`);
      writeFileSync(join(memoryPath, 'memory.current'), String(memory));
      writeFileSync(join(memoryPath, 'memory.stat'), `anon ${memory}\nfile 0\n`);
      return;
    }
    writeFileSync(join(cpuPath, 'cpuacct.usage'), String(cpuUs * 1_000));
    writeFileSync(join(cpuPath, 'cpuacct.stat'), 'user 0\nsystem 0\n');
    writeFileSync(join(memoryPath, 'memory.usage_in_bytes'), String(memory));
    writeFileSync(join(memoryPath, 'memory.stat'), `total_rss ${memory}\ntotal_cache 0\n`);
  }
}

for (const version of ['v1', 'v2'] as const) {
  describe(`ParentGate, ${version}`, () => {
    let fleet: Fleet;
    let reader: CgroupReader;
    let cgroups: OpenCgroup[];
    let nowMs = 0;
    const setUp = async (): Promise<void> => {
      fleet = new Fleet(version);
      const detected = await fleet.fixture.detect();
      reader = detected.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 1_000 });
      cgroups = Array.from({ length: TASKS }, (_, task) => reader.open(fleet.paths(task)));
      nowMs = 1_000_000;
    };
    const tearDown = (): void => {
      for (const cgroup of cgroups) reader.close(cgroup);
      cgroups = [];
      expect(reader.stats.descriptors.open).to.equal(0);
      fleet.fixture.remove();
    };
    afterEach(() => {
      if (cgroups.length > 0) tearDown();
    });
    /** Reads all tasks, a second later; gives the number of files. */
    const tick = (mask = MASK): number => {
      const before = reader.stats.fileReads;
      nowMs += 1_000;
      for (const cgroup of cgroups) reader.read(cgroup, mask, nowMs, 2_000);
      return reader.stats.fileReads - before;
    };
    const ticks = (count: number): number => {
      for (let index = 1; index < count; index += 1) tick();
      return tick();
    };
    const expectCurrent = (): void => {
      const known = cgroups.map(({ row }) => usageOf(row));
      const real = fleet.cpuUs.map((us, task) => ({ cpuNs: us * 1_000, memoryBytes: fleet.memory[task] }));
      expect(known).to.deep.equal(real);
    };

    it('reads two files for all tasks while none of them moves', async () => {
      await setUp();
      ticks(4);
      const counts = Array.from({ length: 59 }, () => tick());
      expect(counts.filter((count) => count === 2).length, counts.join(' ')).to.be.at.least(20);
      expect(counts.reduce((all, count) => all + count, 0) / counts.length / TASKS).to.be.below(0.35);
      expectCurrent();
    });

    it('reports what it spares as of this moment, except for what others may change', async () => {
      await setUp();
      ticks(4);
      const fresh = cgroups.map((cgroup) => maskGroups(reader.read(cgroup, MASK, nowMs, 2_000)).join(' '));
      expect(new Set(fresh)).to.have.lengthOf(1);
      expect(fresh[0]).to.match(/^cpu (throttling )?memory$/);
    });

    it('sees the one that moves, in the same tick, and after that reads only this one and the parent', async () => {
      await setUp();
      ticks(5);
      fleet.work(7, 500, 8_192);
      tick();
      expectCurrent();
      fleet.work(7, 300);
      expect(tick()).to.be.below(TASKS);
      expectCurrent();
      expect(Math.min(...[0, 0, 0, 0, 0, 0].map(() => tick()))).to.equal(2);
    });

    it('sees memory that is taken away while nothing runs', async () => {
      await setUp();
      ticks(5);
      fleet.work(3, 0, -4_096);
      tick();
      expectCurrent();
    });

    it('reads each task when something else below the parent moves', async () => {
      await setUp();
      ticks(5);
      for (let index = 0; index < 5; index += 1) {
        fleet.otherCpuUs += 1_000;
        fleet.writeParent();
        expect(tick()).to.be.at.least(2 * TASKS);
      }
    });

    it('gates nothing while more than an eighth moves', async () => {
      await setUp();
      for (let index = 0; index < 10; index += 1) {
        for (const task of [1, 2, 3, 4]) fleet.work(task, 100);
        expect(tick()).to.be.at.least(TASKS);
        expectCurrent();
      }
    });

    it('sees a limit that was changed from outside within a minute', async () => {
      await setUp();
      ticks(5);
      fleet.limit(5, 123_456_768);
      ticks(60);
      const seen = cgroups[5]?.row;
      expect([...(seen?.page.subarray(seen.base) ?? [])]).to.include(123_456_768);
    });

    it('reads a group that only one subscriber asks for, though nothing moves', async () => {
      await setUp();
      for (let index = 0; index < 5; index += 1) tick(groupMask(['cpu', 'memory']));
      const [cgroup] = cgroups as [OpenCgroup];
      const fresh = reader.read(cgroup, MASK, nowMs, 2_000);
      expect(maskGroups(fresh)).to.include('memoryDetail');
    });

    it('forgets the parent with its last cgroup', async () => {
      await setUp();
      ticks(5);
      tearDown();
      expect(reader.stats.descriptors.open).to.equal(0);
    });

    it('has the same metrics as a reader without a gate, whatever moves, comes and goes', async () => {
      const step = fc.record({
        moves: fc.array(
          fc.record({
            task: fc.nat({ max: TASKS - 1 }),
            us: fc.nat({ max: 3 }),
            pages: fc.integer({ min: -1, max: 2 }),
          }),
          { maxLength: 3 },
        ),
        foreignUs: fc.oneof(
          { weight: 9, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat({ max: 9 }) },
        ),
        reopened: fc.option(fc.nat({ max: TASKS - 1 }), { freq: 8 }),
        mask: fc.oneof(
          { weight: 6, arbitrary: fc.constant(MASK) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(...FIELD_GROUPS.slice(0, 6)).map((group) => groupMask([group])),
          },
        ),
      });
      const useStep = ({
        moves,
        foreignUs,
        reopened,
      }: {
        moves: readonly { task: number; us: number; pages: number }[];
        foreignUs: number;
        reopened: number | null;
      }): void => {
        fleet.otherCpuUs += foreignUs;
        // Without CPU time memory only decreases.
        for (const { task, us, pages } of moves)
          fleet.work(task, us, us === 0 ? Math.min(0, pages) * 4_096 : pages * 4_096);
        fleet.writeParent();
        if (reopened === null) return;
        reader.close(cgroups[reopened] as OpenCgroup);
        cgroups[reopened] = reader.open(fleet.paths(reopened));
      };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          await setUp();
          ticks(3);
          for (const { mask, ...rest } of steps) {
            useStep(rest);
            tick(mask);
            tick();
            if (version === 'v1') expectCurrent();
            else expectNearly();
          }
          tearDown();
        }),
        { numRuns: 6 },
      );
    }).timeout(60_000);

    /** v2 rounds: a gate may leave out some µs of tasks that rest, all together. */
    const expectNearly = (): void => {
      const missing = cgroups.map(({ row }, task) => (fleet.cpuUs[task] ?? 0) - usageOf(row).cpuNs / 1_000);
      expect(Math.min(...missing)).to.equal(0);
      expect(missing.reduce((all, us) => all + us, 0)).to.be.at.most(TASKS / 8 + 2);
      expect(cgroups.map(({ row }) => usageOf(row).memoryBytes)).to.deep.equal(fleet.memory);
    };
  });
}

describe('ParentGate, real cgroups', () => {
  it('sees which of twenty sleeping tasks has worked, and which is gone', async function () {
    const cgroups = await realCgroups(this);
    const tasks = await Promise.all(
      Array.from({ length: TASKS }, (_, task) => cgroups.create(`gate-${task}`, {})),
    );
    const children = await Promise.all(tasks.map((task) => startIn(task, WORKS_WHEN_ASKED)));
    const reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 1_000 });
    const open = tasks.map(({ paths }) => reader.open(paths));
    const mask = groupMask(['cpu', 'memory']);
    let nowMs = 0;
    const tick = (): number => {
      const before = reader.stats.fileReads;
      nowMs += 1_000;
      for (const cgroup of open) reader.read(cgroup, mask, nowMs, 2_000);
      return reader.stats.fileReads - before;
    };
    try {
      // It waits for a quiet moment: the shells have just been started.
      await until('no task moves', () => tick() === 2);
      const before = open.map(({ row }) => usageOf(row).cpuNs);
      children[11]?.kill('SIGUSR1');
      const worked = (): number => usageOf(open[11]?.row as OpenCgroup['row']).cpuNs - (before[11] ?? 0);
      await until('the work is seen', () => {
        tick();
        return worked() >= 10_000_000;
      });
      const others = open.map(({ row }, task) =>
        task === 11 ? 0 : usageOf(row).cpuNs - (before[task] ?? 0),
      );
      expect(Math.max(...others)).to.equal(0);
      await tasks[3]?.kill();
      await tasks[3]?.remove();
      expect(tick).to.throw(RktError, 'gate-3');
    } finally {
      for (const cgroup of open) reader.close(cgroup);
      for (const task of tasks) {
        await task.kill();
        await task.remove();
      }
    }
  }).timeout(60_000);
});
