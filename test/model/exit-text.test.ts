import { expect } from 'chai';

import { exitAnnotations, exitSentence, exitText, isFailure } from '../../src/model/exit-text.ts';
import { anExitResult } from '../support/task-specs.ts';

describe('exitSentence', () => {
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
      expect(exitSentence(anExitResult(result))).to.equal(text);
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

describe('exitText', () => {
  const rows: readonly (readonly [object, string])[] = [
    [{ exitCode: 3 }, '3'],
    [{ exitCode: 143, signal: 15 }, 'SIGTERM'],
    [{ exitCode: 143, signal: 15, requested: true }, 'SIGTERM (requested)'],
    [{ exitCode: 192, signal: 64 }, 'signal 64'],
    [{ exitCode: 1, oomKilled: true }, '1 (out of memory)'],
    [{ exitCode: undefined, error: 'lost' }, 'unknown'],
  ];
  for (const [exit, text] of rows) {
    it(`says "${text}"`, () => expect(exitText(anExitResult(exit))).to.equal(text));
  }

  it('says nothing of a task that has not ended', () => {
    expect(exitText(undefined)).to.equal('-');
    expect(exitText(undefined, '–')).to.equal('–');
  });
});
