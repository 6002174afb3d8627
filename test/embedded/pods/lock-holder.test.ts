import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { expect } from 'chai';

import { lockedDirs } from '../../../src/embedded/pods/locks.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

const LOCKS = new URL('../../../dist/embedded/pods/locks.js', import.meta.url).href;
/** Takes and releases locks by their directories; answers with what it has taken, and with the resources that keep it alive. */
const PROGRAM = `
  const { parentPort } = require('node:worker_threads');
  const held = new Map();
  parentPort.on('message', async ({ dir, release, sharing }) => {
    const { holdLock } = await import(${JSON.stringify(LOCKS)});
    if (release) await held.get(dir).release();
    else held.set(dir, await holdLock(dir, { wait: false, sharing }));
    const others = process.getActiveResourcesInfo().filter((name) => name !== 'MessagePort');
    parentPort.postMessage({ isHeld: held.get(dir) !== undefined, others });
  });
`;

interface Answer {
  readonly isHeld: boolean;
  readonly others: readonly string[];
}

describe('the locks of a worker', function () {
  this.timeout(60_000);
  let dir: string;
  let worker: Worker;

  beforeEach(function () {
    requires(this, 'perl');
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    for (const name of ['a b', 'c\nd', 'e']) mkdirSync(join(dir, name));
    worker = new Worker(PROGRAM, { eval: true });
  });
  afterEach(async () => {
    await worker.terminate();
    rmSync(dir, { recursive: true });
  });

  const ask = async (message: object): Promise<Answer> => {
    worker.postMessage(message);
    return ((await once(worker, 'message')) as [Answer])[0];
  };
  /** The processes that have locked one of the directories. */
  const holders = (): readonly number[] => {
    const inodes = new Set(readdirSync(dir).map((name) => statSync(place(name)).ino));
    const locks = readFileSync('/proc/locks', 'utf8').matchAll(/ FLOCK +ADVISORY +WRITE (\d+) \S+:(\d+) /g);
    const pids = [...locks].filter(([, , inode]) => inodes.has(Number(inode))).map(([, pid]) => Number(pid));
    return [...new Set(pids)];
  };
  const onlyHolder = (): number => {
    const [pid, ...others] = holders();
    if (pid === undefined || others.length > 0) throw new Error('not one process has the locks');
    return pid;
  };
  const place = (name: string): string => join(dir, name);
  const locked = (): readonly string[] => [...lockedDirs(readdirSync(dir).map(place))].sort();

  it('are held by one process, which does not keep it alive, and are released one by one', async () => {
    const [one, two] = [place('a b'), place('c\nd')];
    const first = await ask({ dir: one, sharing: place('shared') });
    expect(first).to.deep.equal({ isHeld: true, others: [] });
    expect((await ask({ dir: two })).isHeld).to.equal(true);
    expect(holders()).to.have.lengthOf(1);
    expect(locked()).to.deep.equal([one, two]);
    const alone = ['flock', '-n', '-x', place('shared'), 'true'];
    expect(spawnSync('flock', alone.slice(1)).status).to.equal(1);
    await ask({ dir: one, release: true });
    expect(locked()).to.deep.equal([two]);
    expect(spawnSync('flock', alone.slice(1)).status).to.equal(0);
  });

  it('are not taken where another process has one, or there is nothing to lock', async () => {
    expect((await ask({ dir: place('e') })).isHeld).to.equal(true);
    const other = new Worker(PROGRAM, { eval: true });
    try {
      other.postMessage({ dir: place('e') });
      expect(((await once(other, 'message')) as [Answer])[0].isHeld).to.equal(false);
    } finally {
      await other.terminate();
    }
    expect((await ask({ dir: place('gone') })).isHeld).to.equal(false);
    expect(existsSync(place('gone'))).to.equal(false);
  });

  it('end with it', async () => {
    await ask({ dir: place('e') });
    const pid = onlyHolder();
    await worker.terminate();
    await until('the holder has ended', () => !existsSync(`/proc/${pid}/exe`));
    expect(locked()).to.deep.equal([]);
  });

  it('are held by another process when theirs was killed', async () => {
    await ask({ dir: place('e') });
    process.kill(onlyHolder(), 'SIGKILL');
    await until('the holder has ended', () => holders().length === 0);
    expect((await ask({ dir: place('a b') })).isHeld).to.equal(true);
    expect(locked()).to.deep.equal([place('a b')]);
  });
});
