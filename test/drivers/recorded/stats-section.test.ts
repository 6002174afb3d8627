import { expect } from 'chai';
import fc from 'fast-check';

import { isRktError } from '../../../src/model/rkt-error.ts';
import { groupMask } from '../../../src/model/field-groups.ts';
import type { TaskStatsSample } from '../../../src/model/task-stats.ts';
import { createColumnState } from '../../../src/drivers/recorded/column-state.ts';
import { decodeStats, encodeStats } from '../../../src/drivers/recorded/stats-section.ts';
import { samplesOf, tickOf, type RecordedTick } from '../../../src/drivers/recorded/stats-rows.ts';
import { ALL_GROUPS, anySample, workingSample } from './random-ticks.ts';

interface Tick {
  readonly timeMs: number;
  readonly samples: readonly TaskStatsSample[];
}

/** Blocks of ticks of tasks that come and go. */
const anyBlocks = fc
  .array(
    fc.array(
      fc.nat({ max: 1e13 }).chain((timeMs) =>
        fc
          .uniqueArray(fc.constantFrom('a', 'b', 'web', 'ä🙂', ''), { maxLength: 4 })
          .chain((ids) => fc.tuple(...ids.map((id) => anySample(id, timeMs))))
          .map((samples): Tick => ({ timeMs, samples })),
      ),
      { maxLength: 4 },
    ),
    { maxLength: 3 },
  )
  .filter((blocks) => blocks.length > 0);

const plain = ({ timeMs, samples }: Tick): unknown => ({ timeMs, samples });
const decoded = (tick: RecordedTick): unknown => ({
  timeMs: tick.timeMs,
  samples: samplesOf(tick, ALL_GROUPS),
});

describe('the stats of a block', () => {
  it('are read as they were written, whatever the values are', () => {
    fc.assert(
      fc.property(anyBlocks, (blocks) => {
        const [writing, reading] = [createColumnState(), createColumnState()];
        for (const ticks of blocks) {
          const bytes = encodeStats(
            ticks.map(({ timeMs, samples }) => tickOf(timeMs, samples)),
            writing,
          );
          expect(decodeStats(bytes, reading).map(decoded)).to.deep.equal(ticks.map(plain));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('fail with an error of the library when bytes are cut off or changed', () => {
    const ticks = [1, 2, 3].map((n) =>
      tickOf(n * 1_000, [workingSample('a', n, n * 1_000), workingSample('b', n, n * 1_000, 7)]),
    );
    const bytes = encodeStats(ticks, createColumnState());
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: 255 }),
        fc.boolean(),
        (at, byte, isCut) => {
          const damaged = Buffer.from(isCut ? bytes.subarray(0, at) : bytes);
          if (!isCut) damaged[at] = byte;
          try {
            decodeStats(damaged, createColumnState()).map(decoded);
          } catch (error) {
            expect(isRktError(error, 'RKT_ERR_RECORDING'), String(error)).to.equal(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('take a few bytes for a task that is idle', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `task-${index}`);
    const still = (id: string, timeMs: number): TaskStatsSample => {
      const { usage } = workingSample(id, 1, timeMs);
      return { taskId: id, usage: { ...usage, cpu: { ...usage.cpu, percent: 0 } } };
    };
    const state = createColumnState();
    encodeStats(
      [
        tickOf(
          0,
          ids.map((id) => still(id, 0)),
        ),
      ],
      state,
    );
    const later = [5_000, 10_000].map((timeMs) =>
      tickOf(
        timeMs,
        ids.map((id) => still(id, timeMs)),
      ),
    );
    expect(encodeStats(later, state).length).to.be.lessThan(400);
  });

  it('keep their values while later blocks of the same tasks are read', () => {
    const ids = ['a', 'b'];
    // Idle, idle, busy, idle, and then one tick less: blocks share what does not change, and only that.
    const steps = [[1, 1], [1, 1], [1, 2], [2, 2], [2, 2], [3, 3], [3]];
    const blocks = steps.map((own, block) =>
      own.map((step, index): Tick => {
        const timeMs = (block * 2 + index) * 1_000;
        return { timeMs, samples: ids.map((id, seed) => workingSample(id, step, timeMs, seed)) };
      }),
    );
    const [writing, reading] = [createColumnState(), createColumnState()];
    const read = blocks
      .map((ticks) =>
        encodeStats(
          ticks.map(({ timeMs, samples }) => tickOf(timeMs, samples)),
          writing,
        ),
      )
      .map((bytes) => decodeStats(bytes, reading));
    expect(read.map((ticks) => ticks.map(decoded))).to.deep.equal(blocks.map((ticks) => ticks.map(plain)));
  });

  it('have the metrics of the requested groups', () => {
    const sample = workingSample('a', 3, 1_000);
    const [only] = samplesOf(tickOf(1_000, [sample]), groupMask(['cpu']));
    expect(only?.usage.cpu).to.deep.equal(sample.usage.cpu);
    expect(only?.usage.memory).to.deep.equal({});
  });
});
