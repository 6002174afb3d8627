import { readFileSync, readdirSync } from 'node:fs';

import { expect } from 'chai';

import { createProgram } from '../../src/cli/program.ts';
import { findWords, helpOf, type Finding } from './support/word-list.ts';

/** Paths whose text is checked, relative to the repository. */
const PATHS = [
  'src',
  'bench',
  'test',
  'docs',
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
];
const TEXT_FILE = /\.(ts|tsx|js|css|html|sh|md)$/;
/** Generated from the .proto files of Nomad. */
const GENERATED = /^src\/nomad\/generated\//;
/** The words themselves. */
const WORD_LIST = /^test\/rules\/(?:support\/word-list|words\.test)\.ts$/;

function filesOf(path: string): readonly string[] {
  if (TEXT_FILE.test(path)) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => `${path}/${name}`)
    .filter((file) => TEXT_FILE.test(file) && !GENERATED.test(file) && !WORD_LIST.test(file))
    .sort();
}

const shown = ({ place, word, use }: Finding): string => `${place}: "${word}", write ${use}`;

describe('the words of the project', () => {
  it('are standard terms in code, comments, messages and documentation', () => {
    const findings = PATHS.flatMap(filesOf).flatMap((file) => findWords(readFileSync(file, 'utf8'), file));
    expect(findings.map(shown)).to.deep.equal([]);
  });

  it('are standard terms in the help of every command', async () => {
    const findings = helpOf(await createProgram()).flatMap(({ name, text }) =>
      findWords(text, `help ${name}`),
    );
    expect(findings.map(shown)).to.deep.equal([]);
  });
});

describe('the check of words', () => {
  const found = (text: string): readonly string[] => findWords(text, 'x.ts').map(({ word }) => word);

  for (const [what, text, words] of [
    ['comments', '/** The figures that nobody wants. */', ['figures', 'nobody']],
    ['strings', "throw new Error('The agent takes up the task')", ['takes up']],
    ['identifiers in camel case', 'const alertBoard = createTally();', ['Board', 'Tally']],
    ['identifiers in capitals', 'const TASK_FIGURES = 1;', ['FIGURES']],
    ['file names', "import { a } from './save-if-room.ts';", ['room']],
    ['documentation', 'Each look is told to the client.', ['Each look', 'told']],
  ] as const)
    it(`finds words in ${what}`, () => {
      expect(found(text)).to.deep.equal(words);
    });

  for (const text of [
    'const ends = await Promise.allSettled(workers);',
    "h('figure', { class: 'chart' }, h('figcaption'))",
    'the dashboard is configured, in the order of the arguments',
    'the right of a rigid interval',
    'RUN adduser --user=nobody',
  ])
    it(`accepts ${text}`, () => {
      expect(found(text)).to.deep.equal([]);
    });

  it('names the line and the replacement', () => {
    expect(findWords('ok\n// told\n', 'src/a.ts').map(shown)).to.deep.equal([
      'src/a.ts:2: "told", write print, report, or pass to',
    ]);
  });
});
