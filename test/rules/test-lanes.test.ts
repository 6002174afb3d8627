import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

interface Result {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly unstable?: readonly Failure[];
}

interface Failure {
  readonly title: string;
  readonly message: string;
}

/** Prints the results of test files that one process runs, after a line that the outputs of the tests stand before. */
const RUN = `
import { runInLanes } from './scripts/test-lanes.js';
const [scratch, ...files] = process.argv.slice(1);
const options = { lanes: 1, durations: {}, scratch, env: process.env, closeMs: 500 };
const results = await runInLanes(files, options);
console.log('RESULTS');
console.log(JSON.stringify(results));
`;

const PASSES = "it('passes', () => undefined);";
const REJECTS = "it('rejects', () => { void Promise.reject(new Error('unhandled')); });";
const TIMER = "it('waits', () => { setTimeout(() => undefined, 3_600_000); });";
const WATCH = "it('watches', async () => { (await import('node:net')).createServer().listen(0); });";

describe('the process that runs test files', function () {
  this.timeout(120_000);
  let scratch: string;
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  const run = async (...texts: readonly string[]): Promise<readonly Result[]> => {
    const files = texts.map((_, index) => join(scratch, `${index}.test.mjs`));
    await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
    const args = ['--input-type=module', '-e', RUN, '--', scratch, ...files];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const results = JSON.parse(stdout.split('\nRESULTS\n')[1] ?? '[]') as Result[];
    return results.filter(({ failures, unstable }) => failures.length > 0 || unstable !== undefined);
  };

  it('finds nothing wrong with files that pass', async () => {
    expect(await run(PASSES, PASSES)).to.deep.equal([]);
  });

  it('fails the file of a rejection that is not handled, however many files ran before', async () => {
    const failed = await run(...Array.from({ length: 15 }, () => PASSES), REJECTS, PASSES);
    expect(failed.map(({ file, passed }) => [file, passed])).to.deep.equal([
      [join(scratch, '15.test.mjs'), 1],
    ]);
    expect(failed[0]?.failures.map(({ title }) => title)).to.deep.equal(['the file handles all rejections']);
    expect(failed[0]?.failures[0]?.message).to.contain('unhandled');
  });

  it('runs a file that fails once more, and reports both', async () => {
    const seen = JSON.stringify(join(scratch, 'seen'));
    const once = `import { existsSync, writeFileSync } from 'node:fs';
      it('passes later', () => { if (!existsSync(${seen})) { writeFileSync(${seen}, ''); throw new Error('too early'); } });`;
    const always = "it('never passes', () => { throw new Error('wrong'); });";
    const failed = await run(PASSES, once, always);
    const facts = failed.map(({ passed, failures, unstable }) => ({
      passed,
      failed: failures.map(({ title }) => title),
      unstable: unstable?.map(({ title }) => title),
    }));
    expect(facts).to.deep.equal([
      { passed: 1, failed: [], unstable: ['passes later'] },
      { passed: 0, failed: ['never passes'], unstable: undefined },
    ]);
  });

  it('runs no file again when many fail', async () => {
    const count = JSON.stringify(join(scratch, 'count'));
    const wrong = `import { appendFileSync, readFileSync } from 'node:fs';
      it('fails', () => { appendFileSync(${count}, '.'); throw new Error(readFileSync(${count}, 'utf8')); });`;
    const failed = await run(...Array.from({ length: 7 }, () => wrong));
    const dots = failed.map(
      ({ failures }) => /^Error: (\.+)$/m.exec(failures[0]?.message ?? '')?.[1]?.length,
    );
    expect(dots).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
  });

  for (const [what, text, resource] of [
    ['a timer', TIMER, 'Timeout'],
    ['a server', WATCH, 'TCPServerWrap'],
  ] as const) {
    it(`fails the file that leaves ${what}, and no later one`, async () => {
      const failed = await run(PASSES, text, PASSES);
      expect(failed.map(({ file, failures }) => [file, failures])).to.deep.equal([
        [join(scratch, '1.test.mjs'), [{ title: 'the file closes what it opens', message: resource }]],
      ]);
    });
  }
});
