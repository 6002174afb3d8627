import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import type { ProcessFacts } from '../support/process-facts.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const CHILD = fileURLToPath(new URL('../support/leak-child.ts', import.meta.url));
const ROUNDS = 5;
const TASKS_A_ROUND = 40;
const AT_ONCE = 4;
/** Of the heap between the first round, which loads and caches, and the last. */
const HEAP_SLACK_BYTES = 4 * 1024 * 1024;

type Line = ProcessFacts & { readonly heapBytes: number };

describe('a driver whose tasks come and go', function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let lines: readonly Line[];

  before(async function () {
    sandbox = await openSandbox(this);
    const task = sandbox.shell('', '');
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--expose-gc', '--import', 'tsx', CHILD],
      ...[JSON.stringify(sandbox.options), JSON.stringify(task)],
      ...[ROUNDS, TASKS_A_ROUND, AT_ONCE].map(String),
    ]);
    lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  });
  after(() => sandbox.close());

  const first = (): Line => line(0);
  const last = (): Line => line(ROUNDS - 1);
  const line = (number: number): Line => {
    const found = lines[number];
    if (found === undefined) throw new Error(`there are only ${lines.length} lines`);
    return found;
  };

  it(`has had ${ROUNDS * TASKS_A_ROUND} of them, and leaves nothing on the machine`, async () => {
    expect(lines).to.have.length(ROUNDS + 1);
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  it('holds no more descriptors', () => {
    expect(last().descriptors).to.be.at.most(first().descriptors);
  });

  it('has no child processes', () => {
    expect(last().children).to.be.at.most(first().children);
  });

  it('keeps no more timers and handles', () => {
    expect(last().resources).to.deep.equal(first().resources);
  });

  it('keeps its heap', () => {
    expect(last().heapBytes - first().heapBytes, JSON.stringify(lines)).to.be.below(HEAP_SLACK_BYTES);
  });

  it('holds nothing any more after its shutdown', () => {
    const { resources } = line(ROUNDS);
    expect(resources).to.not.include.keys('Timeout', 'FSEventWrap', 'ProcessWrap');
  });
});
