import { expect } from 'chai';

import { checkDuration } from '../../src/ops/check-duration.ts';
import { expectRktError } from '../support/errors.ts';

describe('checkDuration', () => {
  for (const durationMs of [0, 0.5, 5_000, 2_147_483_647]) {
    it(`takes ${durationMs}`, () => {
      expect(checkDuration('timeoutMs', durationMs)).to.equal(durationMs);
    });
  }

  for (const durationMs of [
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2_147_483_648,
    '5' as unknown as number,
  ]) {
    it(`refuses ${JSON.stringify(durationMs)} (${String(durationMs)}) by name`, () => {
      const error = expectRktError(() => checkDuration('timeoutMs of a stop', durationMs), 'RKT_ERR_OPTIONS');
      expect(error.message).to.include('timeoutMs of a stop').and.to.include(String(durationMs));
    });
  }
});
