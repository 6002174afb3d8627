import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { Subject } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { ContractCase, ContractEnvironment } from './contract-case.ts';
import { failureOf } from './failure-of.ts';

/** Runs a script in a task, without standard input unless it is given. */
async function shell(
  driver: Driver,
  taskId: string,
  script: string,
  options: Partial<Parameters<Driver['execTaskStreaming']>[1]> = {},
) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const texts = Promise.all([text(stdout), text(stderr)]);
  const cmd = ['/bin/sh', '-c', script];
  const end = await driver.execTaskStreaming(taskId, { cmd, stdout, stderr, ...options }).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [out, err] = await texts;
  return { ...end, out, err };
}

/** A case for drivers that have the op. */
function whereThereIs(
  op: 'execTask' | 'execTaskStreaming',
  title: string,
  run: (environment: ContractEnvironment) => Promise<void>,
): ContractCase {
  return {
    title,
    async run(environment) {
      const { driver } = environment;
      if (!driver.capabilities().ops.includes(op)) return;
      await driver.recoverTasks();
      await run(environment);
    },
  };
}

export const execCases: readonly ContractCase[] = [
  whereThereIs(
    'execTask',
    'execTask() returns both outputs and the exit code',
    async ({ driver, running }) => {
      const result = await driver.execTask(running, ['/bin/sh', '-c', 'echo out; echo err >&2; exit 4']);
      assert.equal(result.exitCode, 4);
      assert.equal(result.stdout, 'out\n');
      assert.equal(result.stderr, 'err\n');
      assert.equal(result.truncated, false);
    },
  ),
  whereThereIs(
    'execTaskStreaming',
    'execTaskStreaming() keeps the outputs apart, passes standard input and its end on, and returns the exit code',
    async ({ driver, running }) => {
      const stdin = new PassThrough();
      stdin.end('a line\n');
      const end = await shell(driver, running, 'cat; echo err >&2; exit 5', { stdin });
      assert.deepEqual(end, { exitCode: 5, out: 'a line\n', err: 'err\n' });
    },
  ),
  whereThereIs(
    'execTaskStreaming',
    'execTaskStreaming() delivers every byte of more output than any buffer holds',
    async ({ driver, running }) => {
      const bytes = 4 * 1024 * 1024;
      const { out, exitCode } = await shell(driver, running, `yes abcdefg | head -c ${bytes}`);
      assert.equal(exitCode, 0);
      assert.equal(out.length, bytes);
      assert.equal(out, 'abcdefg\n'.repeat(bytes / 8));
    },
  ),
  whereThereIs(
    'execTaskStreaming',
    'execTaskStreaming() gives a terminal, and changes its size',
    async ({ driver, running }) => {
      const stdin = new PassThrough();
      const resize = new Subject<{ rows: number; columns: number }>();
      const stdout = new PassThrough();
      let out = '';
      // The size has reached the terminal when the shell prints it.
      stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('ready')) resize.next({ rows: 33, columns: 99 });
      });
      const script = 'test -t 0 && echo ready; until stty size | grep "33 99"; do sleep 0.05; done; exit 6';
      const cmd = ['/bin/sh', '-c', script];
      const { exitCode } = await driver.execTaskStreaming(running, { cmd, tty: true, stdin, stdout, resize });
      assert.equal(exitCode, 6);
      assert.match(out, /33 99/);
    },
  ),
  whereThereIs(
    'execTaskStreaming',
    'execTaskStreaming() kills the command when its signal aborts',
    async ({ driver, running }) => {
      const controller = new AbortController();
      const stdout = new PassThrough().once('data', () => controller.abort());
      const script = 'echo ready; while :; do sleep 0.1; done';
      const { exitCode, signal } = await driver.execTaskStreaming(running, {
        ...{ cmd: ['/bin/sh', '-c', script], stdout, signal: controller.signal },
      });
      assert.deepEqual({ exitCode, signal }, { exitCode: 137, signal: 9 });
    },
  ),
  whereThereIs(
    'execTaskStreaming',
    'execTaskStreaming() fails for an unknown task and for one that has exited',
    async ({ driver, exited }) => {
      const cases = [
        ['no-such-task', 'RKT_ERR_TASK_NOT_FOUND'],
        [exited, 'RKT_ERR_TASK_NOT_RUNNING'],
      ] as const;
      for (const [id, code] of cases) {
        const error = await failureOf(() => shell(driver, id, 'exit 0'));
        assert.ok(isRktError(error, code), `${id}: ${String(error)}`);
      }
    },
  ),
];
