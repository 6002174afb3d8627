import { expect } from 'chai';

import { silentLogger, type Logger } from '../../../src/model/logger.ts';
import { createSharedStreams } from '../../../src/streams/stats/shared-streams.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('createSharedStreams', () => {
  it('samples no more often than somebody has set, whatever is asked for, and warns no one about it', () => {
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields: unknown) => warnings.push(fields) };
    let minMs = 5_000;
    const streams = createSharedStreams({ scheduler: new ManualClock(), logger, minIntervalMs: () => minMs });
    expect([undefined, 100, 5_000, 7_000].map((wanted) => streams.intervalMs(wanted))).to.deep.equal([
      5_000, 5_000, 5_000, 7_000,
    ]);
    minMs = 0;
    expect([undefined, 100].map((wanted) => streams.intervalMs(wanted))).to.deep.equal([1_000, 100]);
    expect(warnings).to.deep.equal([]);
  });
});
