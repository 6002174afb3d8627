import { expect } from 'chai';
import * as fc from 'fast-check';

import type { TaskStatsSample } from '../../../src/index.ts';
import { StatsChangesError, StatsChangesReader } from '../../../src/model/stats-changes-reader.ts';
import { StatsChangesWriter, type StatsFrame } from '../../../src/server/sse/stats-changes-writer.ts';

const data = (bytes: Buffer): unknown =>
  JSON.parse(bytes.toString().replace(/^event: stats-changes\ndata: /, ''));
/** As a reader of the topic `stats` has it. */
const asJson = (frame: unknown): unknown => JSON.parse(JSON.stringify(frame));

/** Numbers that repeat often, so that fields stay as they are, grow a little, or are absent. */
const number = fc.oneof(
  fc.constantFrom(0, 1, 7, 1e9, 1e9 + 1, 1e12 + 5, 2 ** 53, 0.1, 12.345678901234567, -3),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeNat(),
);
const maybe = fc.option(number, { nil: undefined, freq: 3 });
const section = fc.record({ a: maybe, b: maybe, limitBytes: maybe });
const cpu = fc.record({
  ...{ totalNs: maybe, userNs: maybe, systemNs: maybe, quotaNs: maybe },
  ...{ percent: maybe, userPercent: maybe, totalTicksMhz: maybe },
});
const io = fc.record({ readBytes: maybe, writeBytes: maybe, readBytesPerSecond: maybe });
const stall = fc.record({ avg10: maybe, totalNs: maybe });
const pressure = fc.record({
  cpu: fc.option(fc.record({ some: fc.option(stall, { nil: undefined }) }), { nil: undefined }),
});
const rest = {
  source: fc.constantFrom('cgroup-v1', 'pidusage'),
  fresh: fc.option(fc.subarray(['cpu', 'memory', 'io']), { nil: undefined }),
  ...{ memory: section, cpu },
  io: fc.option(io, { nil: undefined, freq: 2 }),
  pressure: fc.option(pressure, { nil: undefined, freq: 2 }),
  pids: fc.option(fc.dictionary(fc.constantFrom('1', '22'), fc.record({ cpu, memory: section })), {
    nil: undefined,
  }),
};
const usage = fc.record({ timestampMs: fc.integer({ min: 0, max: 5_000 }), ...rest });
/** Some of the tasks, mostly in the same order. */
const taskIds = fc.oneof(
  { weight: 4, arbitrary: fc.subarray(['a', 'b', 'c', 'job/d e', '"\n']) },
  { weight: 1, arbitrary: fc.shuffledSubarray(['a', 'b', 'c', 'c', '\u2028']) },
);
const frame = taskIds.chain((ids) =>
  fc.record({
    timeMs: fc.integer({ min: 1_000, max: 1e13 }),
    samples: fc.tuple(...ids.map((taskId) => fc.record({ taskId: fc.constant(taskId), usage }))),
  }),
);
/** A number of frames; with each, whether another reader begins before it, and how many fields stay as they were. */
const course = fc.array(
  fc.record({ frame, joins: fc.boolean(), keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

type Usage = Record<string, unknown>;

/** A frame in which some sections are those of the frame before: the same objects, as a sampling has them. */
function partlyKept(now: StatsFrame, before: StatsFrame | undefined, keep: number): StatsFrame {
  const kept = (sample: TaskStatsSample): TaskStatsSample => {
    const old = before?.samples.find(({ taskId }) => taskId === sample.taskId)?.usage as unknown as
      Usage | undefined;
    if (old === undefined) return sample;
    const entries = Object.entries(sample.usage as unknown as Usage);
    const usage = Object.fromEntries(
      entries.map(([key, value], at) => [key, at / entries.length < keep ? old[key] : value]),
    );
    return { ...sample, usage: usage as unknown as TaskStatsSample['usage'] };
  };
  return { ...now, samples: now.samples.map(kept) };
}

describe('the events stats-changes', () => {
  it('give every reader the samples of the topic stats, whenever it begins', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const writer = new StatsChangesWriter();
        const readers = [new StatsChangesReader()];
        let before: StatsFrame | undefined;
        for (const { frame: drawn, joins, keep } of steps) {
          if (joins && before !== undefined) {
            const late = new StatsChangesReader();
            expect(late.read(data(writer.full()))).to.deep.equal(asJson(before));
            readers.push(late);
          }
          const now = partlyKept(drawn as unknown as StatsFrame, before, keep);
          const event = data(writer.next(now));
          for (const reader of readers) expect(reader.read(event)).to.deep.equal(asJson(now));
          before = now;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('reports no more than a time for tasks that are at rest', () => {
    const writer = new StatsChangesWriter();
    const usage = {
      source: 'cgroup-v1',
      cpu: { totalNs: 7, percent: 0 },
      memory: { usageBytes: 9 },
    } as const;
    const frame = (timeMs: number): StatsFrame => ({
      timeMs,
      samples: ['a', 'b', 'c'].map((taskId) => ({ taskId, usage: { ...usage, timestampMs: timeMs - 4 } })),
    });
    writer.next(frame(1_000));
    expect(data(writer.next(frame(2_000)))).to.deep.equal({
      seq: 2,
      timeMs: 2_000,
      times: [-4, 3],
      rows: [],
    });
  });

  it('writes the differences of counters, and no rate that follows from them', () => {
    const writer = new StatsChangesWriter();
    const usage = (timestampMs: number, totalNs: number, percent: number): TaskStatsSample => ({
      taskId: 'a',
      usage: {
        timestampMs,
        source: 'cgroup-v1',
        cpu: { totalNs, percent, totalTicksMhz: percent * 25 },
        memory: {},
      },
    });
    writer.next({ timeMs: 1_000, samples: [usage(1_000, 5e12, 10)] });
    const event = data(writer.next({ timeMs: 2_000, samples: [usage(2_000, 5e12 + 4e8, 40)] }));
    expect(event).to.deep.equal({ seq: 2, timeMs: 2_000, times: [0, 1], rows: [[-1, -2, 4e8]] });
  });

  const full = { seq: 1, timeMs: 5, full: true, added: [0, 'a'], times: [0, 1] };
  const row = [0, 0, [0], 1, { is: {} }, 2, { is: {} }];
  const names = { fields: [0, 'source', 'cpu', 'memory'], values: [0, 'cgroup-v1'] };
  const isRefused = (events: readonly unknown[]): void => {
    const reader = new StatsChangesReader();
    expect(() => events.forEach((event) => reader.read(event))).to.throw(StatsChangesError);
  };

  it('are refused with a gap, and when they have another form', () => {
    const first = { ...full, ...names, rows: [row] };
    expect(new StatsChangesReader().read(first).samples).to.have.length(1);
    isRefused([{ ...first, full: undefined }]);
    isRefused([first, { seq: 3, timeMs: 6, times: [0, 1], rows: [] }]);
    const next = { seq: 2, timeMs: 6, times: [0, 1], rows: [] };
    for (const change of [
      ...[{ times: [0, 2] }, { times: [] }, { times: [0, 1e9] }, { times: 7 }, { rows: [[1, 0, 3]] }],
      ...[
        { rows: [[0, 9, 3]] },
        { rows: [[0, 0, [4]]] },
        { rows: [[0, 1, null]] },
        { rows: 'x' },
        { rows: [7] },
      ],
      ...[{ added: [0, 7] }, { fields: [3, ...Array<string>(9_000).fill('a.b')] }, { fields: 4 }],
    ])
      isRefused([first, { ...next, ...change }]);
    for (const event of [null, [], {}, 7, { ...first, rows: [] }]) isRefused([event]);
  });

  it('change nothing outside of the samples', () => {
    for (const path of ['__proto__.polluted', 'constructor.polluted', 'cpu.toString'])
      isRefused([{ ...full, fields: [0, path], rows: [[0, 0, 1]] }]);
    expect({}).not.to.have.property('polluted');
    expect(Object).not.to.have.property('polluted');
  });
});
