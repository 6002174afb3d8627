import { expect } from 'chai';

import { createLogger } from '../../src/cli/log.ts';
import { RktError } from '../../src/model/rkt-error.ts';

describe('the log of the command line', () => {
  const write = process.stderr.write.bind(process.stderr);
  let text = '';

  beforeEach(() => {
    text = '';
    process.stderr.write = (chunk: string | Uint8Array) => {
      text += String(chunk);
      return true;
    };
  });
  afterEach(() => {
    process.stderr.write = write;
  });

  const foreseen = new RktError('RKT_ERR_DATA_DIR', 'No');
  const logged = (error: unknown, logLevel: 'warn' | 'debug', json: boolean): string => {
    text = '';
    createLogger({ json, logLevel }).warn({ error, err: error }, 'It failed');
    return text;
  };

  for (const json of [false, true]) {
    it(`has code and message of an error that was foreseen, on one line without a stack, json ${json}`, () => {
      const refused = Object.assign(new Error('EACCES: no'), { code: 'EACCES' });
      for (const error of [foreseen, refused]) {
        const line = logged(error, 'warn', json);
        expect(line.trimEnd().split('\n')).to.have.length(1);
        expect(line).to.contain(error.code).and.to.contain(error.message);
        expect(line).not.to.contain('.ts:').and.not.to.contain('stack');
      }
    });
  }

  it('has the stack of a defect, and of every error where debug is on', () => {
    expect(logged(new TypeError('x is undefined'), 'warn', false)).to.contain('log.test.ts');
    expect(logged(foreseen, 'debug', false)).to.contain('log.test.ts');
    expect(logged('a text', 'warn', false)).to.contain('"a text"');
  });
});
