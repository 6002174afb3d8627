import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';
import ts from 'typescript';

import { installPacked } from '../support/packed-package.ts';

const PAGE = readFileSync('docs/library.md', 'utf8');
const SUBPATHS = [
  '',
  '/client',
  '/contract',
  '/fleet',
  '/nomad',
  '/otlp',
  '/prometheus',
  '/recorded',
  '/server',
];

/** The programs of the page, each with the text that it prints. */
function programs(): readonly { readonly code: string; readonly prints: string }[] {
  return [...PAGE.matchAll(/^```ts\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm)].map(
    ([, code = '', prints = '']) => ({ code, prints }),
  );
}

describe('the programs of docs/library.md', function () {
  this.timeout(120_000);
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-library-'));
    installPacked(directory, ['rxjs']);
  });
  after(() => rmSync(directory, { recursive: true }));

  it('are one at least for every subpath export', () => {
    const all = programs().map(({ code }) => code);
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly exports: object };
    const names = Object.keys(exports).filter((name) => name !== './package.json');
    expect(names.map((name) => name.slice(1)).sort()).to.deep.equal([...SUBPATHS].sort());
    for (const subpath of SUBPATHS)
      expect(
        all.some((code) => code.includes(`from 'rkt-streams${subpath}'`)),
        subpath,
      ).to.equal(true);
  });

  programs().forEach(({ code, prints }, index) => {
    const title = /from '(rkt-streams\/[a-z]+)'/.exec(code)?.[1] ?? 'rkt-streams';
    it(`program ${index + 1}, of ${title}, prints what the page says, from the packed package`, async () => {
      const folder = join(directory, `program-${index}`);
      mkdirSync(folder);
      const target = ts.ScriptTarget.ES2022;
      const { outputText } = ts.transpileModule(code, {
        compilerOptions: { target, module: ts.ModuleKind.ESNext },
      });
      writeFileSync(join(folder, 'program.js'), outputText);
      const run = promisify(execFile)(process.execPath, ['program.js'], { cwd: folder, timeout: 60_000 });
      const { stdout, stderr } = await run.catch(
        (error: unknown) => error as { stdout: string; stderr: string },
      );
      expect(stdout, stderr).to.equal(prints);
    });
  });
});
