import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';
import type { Subscription } from 'rxjs';

import { tailOffset } from '../../src/files/tail-offset.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { limitLogs } from '../../src/ops/limit-logs.ts';
import { taskFiles, type TaskFiles } from '../../src/ops/task-files.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { followFile } from '../../src/files/follow-file.ts';
import { readFileEnd } from '../../src/files/log-file.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aNewTask, aTaskSpec } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

const KIB = 1024;
const LIMITS = { maxSize: 64 * KIB, maxFiles: 2 };

describe('limitLogs', function () {
  this.timeout(60_000);
  let directory: string;
  let ctx: OpsContext;
  let files: TaskFiles;
  let limiting: Subscription | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    const runner = createRktRunner({ binary: { command: ['false'], runtime: 'embedded' } });
    ctx = await anOpsContext(directory, { runner: () => Promise.resolve(runner), logLimits: LIMITS });
    files = taskFiles(directory, 'start-of-one');
    await mkdir(dirname(files.stdout), { recursive: true });
    await writeFile(files.stdout, '');
  });
  afterEach(async () => {
    limiting?.unsubscribe();
    await rm(directory, { recursive: true });
  });

  function addTask(more: Parameters<typeof aTaskSpec>[1] = {}): void {
    const spec = aTaskSpec('one', { stdoutPath: files.stdout, ...more });
    ctx.registry.add(aNewTask('one', { spec, phase: 'running' }));
  }

  /** Numbered lines, by a process that keeps the file open as a task does. */
  async function writeLines(path: string, from: number, to: number): Promise<void> {
    const script = `i=${from}; while [ $i -lt ${to} ]; do echo "line $i ${'.'.repeat(50)}"; i=$((i+1)); done >>"$0"`;
    const [code] = (await once(spawn('/bin/sh', ['-c', script, path]), 'exit')) as [number];
    expect(code).to.equal(0);
  }

  const sandboxOf = async (path: string): Promise<number> => (await stat(path)).blocks * 512;
  const numbers = (text: string): readonly number[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => Number(/^line (\d+) \.{50}$/.exec(line)?.[1] ?? NaN));
  const range = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from }, (_, index) => from + index);

  it('keeps a log small while it is written and followed, and loses and repeats nothing', async () => {
    addTask();
    const ended = new AbortController();
    const pieces: Buffer[] = [];
    const following = followFile(
      files.stdout,
      (piece) => Promise.resolve(void pieces.push(Buffer.from(piece))),
      ended.signal,
    );
    limiting = limitLogs(ctx, { everyMs: 10 });
    for (let from = 0; from < 20_000; from += 2_000) {
      await writeLines(files.stdout, from, from + 2_000);
      const most = LIMITS.maxSize * LIMITS.maxFiles + 8 * KIB;
      await until('the log is cut', async () => (await sandboxOf(files.stdout)) <= most);
    }
    ended.abort();
    await following;
    expect((await stat(files.stdout)).size).to.be.greaterThan(1_000 * KIB);
    expect(numbers(Buffer.concat(pieces).toString())).to.deep.equal(range(0, 20_000));
  });

  it('leaves whole lines to those who read it later', async () => {
    addTask();
    await writeLines(files.stdout, 0, 10_000);
    limiting = limitLogs(ctx, { everyMs: 10 });
    await until('the log is cut', async () => (await sandboxOf(files.stdout)) <= 80 * KIB);
    const { bytes, isWhole } = await readFileEnd(files.stdout, 1_024 * KIB);
    const kept = numbers(bytes.toString());
    expect(isWhole).to.equal(true);
    expect(bytes.length).to.be.within(LIMITS.maxSize, LIMITS.maxSize + KIB);
    expect(kept).to.deep.equal(range(10_000 - kept.length, 10_000));
    const all = await tailOffset(files.stdout, 1_000_000);
    expect(numbers((await readFile(files.stdout)).subarray(all).toString())).to.deep.equal(kept);
    const last = await tailOffset(files.stdout, 3);
    expect(numbers((await readFile(files.stdout)).subarray(last).toString())).to.deep.equal([
      9_997, 9_998, 9_999,
    ]);
  });

  it('goes by the limits of the task', async () => {
    addTask({ logs: { maxSize: '16Ki', maxFiles: 1 } });
    await writeLines(files.stdout, 0, 1_000);
    limiting = limitLogs(ctx, { everyMs: 10 });
    await until('the log is cut', async () => (await sandboxOf(files.stdout)) <= 4 * KIB);
  });

  it('never touches files that were given for the output', async () => {
    const given = join(directory, 'given.log');
    await writeLines(given, 0, 10_000);
    addTask({ stderrPath: given });
    await writeLines(files.stdout, 0, 10_000);
    const before = await readFile(given);
    limiting = limitLogs(ctx, { everyMs: 10 });
    await until('the other one is cut', async () => (await sandboxOf(files.stdout)) <= 80 * KIB);
    expect((await readFile(given)).equals(before)).to.equal(true);
  });

  it('empties a log where there are no holes, and a reader begins again', async () => {
    addTask();
    const warnings: unknown[] = [];
    ctx = { ...ctx, logger: { ...ctx.logger, warn: (details: unknown) => warnings.push(details) } };
    const cut = async (path: string): Promise<'truncated'> => {
      await truncate(path);
      return 'truncated';
    };
    await writeLines(files.stdout, 0, 10_000);
    const ended = new AbortController();
    let text = '';
    const following = followFile(
      files.stdout,
      (piece) => Promise.resolve(void (text += piece.toString())),
      ended.signal,
    );
    await until('all was read', () => numbers(text).length === 10_000);
    limiting = limitLogs(ctx, { everyMs: 10, cut });
    await until('it is empty', async () => (await stat(files.stdout)).size === 0);
    await until('it was said', () => warnings.length === 1);
    await until('the reader has noticed', async () => {
      await appendFile(files.stdout, 'x');
      return text.endsWith('x');
    });
    ended.abort();
    await following;
  });
});
