import { randomInt } from 'node:crypto';

import { expect } from 'chai';
import fc from 'fast-check';

import { closeHttpTarget } from './http-target.ts';
import { mutated } from './mutations.ts';
import type { FuzzTarget } from './target.ts';
import { fuzzTargets } from './targets.ts';

/** Of all targets together; `npm run fuzz -- --seconds 600` sets it. */
const SECONDS = Number(process.env['RKT_STREAMS_FUZZ_SECONDS'] ?? 40);
const SEED = Number(process.env['RKT_STREAMS_FUZZ_SEED'] ?? randomInt(2 ** 31));
/** A parser that works on one small input for so long has no bound, however busy the machine is. */
const HANG_MS = 20_000;
const MEMORY_BYTES = 1_024 * 1_024 * 1_024;

describe(`broken input, seed ${SEED}`, () => {
  after(closeHttpTarget);

  for (const target of fuzzTargets) {
    it(`of ${target.name} gets the error that is documented, or none`, async function () {
      this.timeout(0);
      const corpus = await target.corpus();
      expect(corpus).to.not.deep.equal([]);
      for (const input of corpus) await parse(target, input);
      const budgetMs = (SECONDS * 1_000) / fuzzTargets.length;
      const property = fc.asyncProperty(mutated(corpus), (input) => parse(target, input));
      await fc.assert(property, { seed: SEED, numRuns: 1_000_000, interruptAfterTimeLimit: budgetMs });
      // The time limit leaves the input behind that was worked on.
      await Promise.all(pending);
    });
  }
});

const pending = new Set<Promise<void>>();

function parse(target: FuzzTarget, input: Buffer): Promise<void> {
  const done = parseInTime(target, input).finally(() => pending.delete(done));
  pending.add(done);
  return done;
}

async function parseInTime({ parse: run, isDocumented, name }: FuzzTarget, input: Buffer): Promise<void> {
  const startedAt = performance.now();
  try {
    await within(run(input), name);
  } catch (error) {
    if (!isDocumented(error)) throw error;
  }
  if (performance.now() - startedAt > HANG_MS) throw new Error(`${name} took ${HANG_MS} ms or more`);
  if (process.memoryUsage.rss() > MEMORY_BYTES) throw new Error(`${name} made the process grow beyond 1 GiB`);
}

/** Promises that never end are hangs, too. */
async function within(result: unknown, name: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not exit within ${HANG_MS} ms`)), HANG_MS);
  });
  await Promise.race([result, hang]).finally(() => clearTimeout(timer));
}
