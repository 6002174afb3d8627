import { expect } from 'chai';

import { filedEnvironment } from '../../src/rkt/environment-file.ts';
import { expectRktError } from '../support/errors.ts';

describe('filedEnvironment', () => {
  it('puts the variables into a file, and the flag for it in their place', () => {
    const args = ['prepare', '--set-env=A=1', '--set-env=B=x=y', 'i.aci', '--', '--set-env=C=3'];
    expect(filedEnvironment(args, '/f')).to.deep.equal({
      args: ['prepare', '--set-env-file=/f', 'i.aci', '--', '--set-env=C=3'],
      text: 'A=1\nB=x=y\n',
      values: ['1', 'x=y'],
    });
  });

  it('needs no file without variables', () => {
    expect(filedEnvironment(['prepare', 'i.aci'], '/f')).to.deep.equal({
      args: ['prepare', 'i.aci'],
      text: undefined,
      values: [],
    });
  });

  for (const [what, value] of [
    ['a line break', 'two\nlines'],
    ['a carriage return at its end', 'line\r'],
    ['more than the buffer of rkt', 'x'.repeat(65_533)],
  ] as const) {
    it(`refuses a value with ${what}, and does not quote it`, () => {
      const error = expectRktError(
        () => filedEnvironment([`--set-env=A=${value}`, 'i.aci'], '/f'),
        'RKT_ERR_TASK_CONFIG',
      );
      expect(error.message).to.include('variable A ').and.not.include(value);
    });
  }

  it('takes the longest value that rkt reads', () => {
    const pair = `A=${'x'.repeat(65_532)}`;
    expect(filedEnvironment([`--set-env=${pair}`, 'i.aci'], '/f').text).to.equal(`${pair}\n`);
  });
});
