import { execFileSync } from 'node:child_process';

import { expect } from 'chai';

import { inTerminal } from '../../src/ops/terminal.ts';

const WORDS = [
  'plain',
  '',
  'with space',
  "it's",
  "''",
  '"double"',
  '$HOME `id` $(id) \\',
  'a;b|c&d>e<f*?[x]{a,b}~!#',
  'line\nbreak\ttab',
  '-n',
  'ünïcödé',
];

describe('inTerminal', () => {
  it('is script, whose exit code is that of the command and which keeps no file', () => {
    const argv = inTerminal(['/bin/true']);
    expect(argv[0]).to.equal('script');
    expect(argv).to.include.members(['--return', '--quiet']);
    expect(argv.at(-1)).to.equal('/dev/null');
  });

  it('hands each word on as it is', () => {
    const argv = inTerminal(['printf', '%s\\0', ...WORDS]);
    const command = argv[argv.indexOf('--command') + 1] ?? '';
    const said = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
    expect(said.split('\0').slice(0, -1)).to.deep.equal(WORDS);
  });
});
