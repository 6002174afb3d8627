import { expect } from 'chai';
import fc from 'fast-check';

import { referToSecrets, resolveWords } from '../../src/model/argument-variables.ts';
import { shownWords, withoutSecrets } from '../../src/model/secret-words.ts';

const POD = '591531c3-15fa-4c70-b535-1420e03c7ef5';

describe('the words of a command line of rkt', () => {
  const cases: readonly [readonly string[], readonly string[]][] = [
    [
      [
        'prepare',
        '--set-env=A=s3cret',
        '--environment=B=s3cret=',
        'i.aci',
        '--exec=/bin/x',
        '--',
        '-p',
        's3cret',
      ],
      ['prepare', '--set-env=A=…', '--environment=B=…', 'i.aci', '--exec=/bin/x', '--', '…', '…'],
    ],
    [
      ['run', '--set-env', 'A=s3cret', 'i.aci', '--environment', 's3cret'],
      ['run', '--set-env', 'A=…', 'i.aci', '--environment', '…'],
    ],
    [
      ['enter', '--app=a', POD, '/bin/x', 's3cret'],
      ['enter', '--app=a', POD, '…', '…'],
    ],
    [
      ['--debug', 'status', POD],
      ['--debug', 'status', POD],
    ],
    [
      ['prepare', '--set-env-file=/f', 'i.aci'],
      ['prepare', '--set-env-file=/f', 'i.aci'],
    ],
  ];
  for (const [words, shown] of cases) {
    it(`are shown as ${shown.join(' ')}`, () => {
      expect(shownWords(words)).to.deep.equal(shown);
    });
  }

  it('come back from their variables as they were', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('--', 'enter', POD, '--set-env', '--set-env=A=b'));
    fc.assert(
      fc.property(fc.array(word), (args) => {
        const { words, env } = referToSecrets(args);
        const back = resolveWords(words, { ...env, PATH: '/bin' });
        expect(back).to.deep.equal({ argv: args, env: { PATH: '/bin' } });
      }),
    );
  });
});

describe('withoutSecrets', () => {
  const cases: readonly [string, readonly string[], string][] = [
    [
      'invalid argument "A=s3cret" for --set-env=A=s3cret',
      ['s3cret'],
      'invalid argument "A=…" for --set-env=A=…',
    ],
    ['error finding images', ['image'], 'error finding images'],
    ['a "two\\nlines" b', ['two\nlines'], 'a "…" b'],
    ['a two\nlines b', ['two\nlines'], 'a … b'],
    ['x $5.(a|b)[c]/d- y', ['$5.(a|b)[c]/d-'], 'x … y'],
    ['longer-secret', ['longer', 'longer-secret'], '…'],
    ['exit status 1', ['1', ''], 'exit status 1'],
  ];
  for (const [text, secrets, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}`, () => {
      expect(withoutSecrets(text, secrets)).to.equal(expected);
    });
  }

  it('leaves nothing of a secret that is quoted as it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (secret) => {
        expect(withoutSecrets(`said "${secret}"!`, [secret])).to.equal('said "…"!');
      }),
    );
  });
});
