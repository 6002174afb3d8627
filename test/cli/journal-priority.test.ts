import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { isJournal, journalPrefix } from '../../src/cli/journal-priority.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('the log in the journal of systemd', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-journal-'));
  });
  after(() => rm(directory, { recursive: true }));

  /** What a command prints on stderr when JOURNAL_STREAM names this file. */
  const printed = (words: readonly string[], isItself: boolean): string => {
    const path = join(directory, 'stderr');
    const file = openSync(path, 'w');
    const { dev, ino } = fstatSync(file);
    const env = { ...process.env, JOURNAL_STREAM: `${dev}:${isItself ? ino : ino + 1}` };
    spawnSync(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', 'ignore', file] });
    closeSync(file);
    return readFileSync(path, 'utf8');
  };

  it('has a priority in front of each line of text', () => {
    const words = ['agent', '--listen', 'x:y'];
    expect(printed(words, true)).to.match(/^<3>rkt-streams: RKT_ERR_OPTIONS: /);
    expect(printed(words, false)).to.match(/^rkt-streams: RKT_ERR_OPTIONS: /);
    expect(printed(['--json', ...words], true)).to.match(/^\{"error":/);
    const levels = ['debug', 'info', 'warn', 'error', 'fatal'].map(journalPrefix);
    expect(levels).to.deep.equal(['<7>', '<6>', '<4>', '<3>', '<2>']);
  });

  it('is no journal without the variable, and with another file', () => {
    expect(isJournal({})).to.equal(false);
    expect(isJournal({ JOURNAL_STREAM: '0:0' })).to.equal(false);
    expect(isJournal({ JOURNAL_STREAM: 'x' }, 999_999)).to.equal(false);
  });
});
