import { expect } from 'chai';

import { describeExit, exitAnnotations } from '../../src/ops/exit-words.ts';
import { anExitResult } from '../support/task-specs.ts';

describe('describeExit', () => {
  const words: readonly (readonly [object, string])[] = [
    [{ exitCode: 0 }, 'Exited with code 0'],
    [{ exitCode: 3, oomKilled: true }, 'Exited with code 3 (out of memory)'],
    [{ exitCode: 143, signal: 15 }, 'Ended by SIGTERM'],
    [{ exitCode: 137, signal: 9, oomKilled: true }, 'Ended by SIGKILL (out of memory)'],
    [{ exitCode: 192, signal: 64 }, 'Ended by signal 64'],
    [{ exitCode: undefined }, 'Exited with an unknown code'],
    [{ exitCode: undefined, error: 'exit status unknown: why' }, 'Ended, exit status unknown: why'],
  ];
  for (const [result, text] of words) {
    it(`says "${text}"`, () => {
      expect(describeExit(anExitResult(result))).to.equal(text);
    });
  }
});

describe('exitAnnotations', () => {
  it('has what is known, as text', () => {
    const exit = anExitResult({ exitCode: 137, signal: 9, oomKilled: true, requested: false });
    expect(exitAnnotations(exit)).to.deep.equal({
      ...{ exit_code: '137', signal: '9', oom_killed: 'true', source: 'exit-file' },
      ...{ requested: 'false', completed_at_ms: '5000' },
    });
  });
});
