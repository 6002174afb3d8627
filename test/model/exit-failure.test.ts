import { expect } from 'chai';

import { isFailure } from '../../src/model/exit-failure.ts';
import { anExitResult } from '../support/task-specs.ts';

describe('isFailure', () => {
  const rows = [
    [{ exitCode: 0 }, false],
    [{ exitCode: 1 }, true],
    [{ exitCode: 1, requested: false }, true],
    [{ exitCode: 137, signal: 9 }, true],
    [{ exitCode: 143, signal: 15, requested: true }, false],
    [{ exitCode: 137, signal: 9, oomKilled: true }, true],
    [{ exitCode: 137, signal: 9, oomKilled: true, requested: true }, true],
    [{ exitCode: undefined, error: 'exit status unknown' }, true],
    [{ exitCode: undefined, error: 'exit status unknown', requested: true }, false],
  ] as const;
  for (const [exit, expected] of rows) {
    it(`is ${expected} for ${JSON.stringify(exit)}`, () => {
      expect(isFailure(anExitResult(exit))).to.equal(expected);
    });
  }
});
