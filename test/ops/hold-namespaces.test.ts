import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { OpsContext } from '../../src/ops/ops-context.ts';
import { holdNamespaces, type Held } from '../../src/ops/hold-namespaces.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { requires } from '../support/requirements.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

describe('holdNamespaces', () => {
  let directory: string;
  let ctx: OpsContext;
  /** The paths that are open now, and how many closes are in progress at most. */
  let opened: string[];
  let closing: number;
  let mostClosing: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    ctx = await anOpsContext(directory);
    opened = [];
    closing = 0;
    mostClosing = 0;
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (path: string): Promise<Held> => {
    opened.push(path);
    return Promise.resolve({
      async close() {
        closing += 1;
        mostClosing = Math.max(mostClosing, closing);
        await new Promise(setImmediate);
        closing -= 1;
        opened = opened.filter((each) => each !== path);
      },
    });
  };
  const run = (number: number): void => {
    ctx.registry.add(aNewTask(`task-${number}`, { phase: 'starting' }));
    ctx.registry.transition(`task-${number}`, 'running', { process: { pid: number, startTicks: 1 } });
  };
  const end = (number: number): void => {
    ctx.registry.transition(`task-${number}`, 'exited', { exitResult: anExitResult({ exitCode: 0 }) });
  };
  const path = (pid: number): string => `/proc/${pid}/ns/mnt`;

  it('opens one for each running task, and closes them one at a time at the ends', async () => {
    run(1);
    const holding = holdNamespaces(ctx, { limit: 10, open });
    run(2);
    ctx.registry.transition('task-2', 'stopping');
    expect(opened).to.deep.equal([path(1), path(2)]);
    end(1);
    end(2);
    await until('all are closed', () => opened.length === 0 && closing === 0);
    expect(mostClosing).to.equal(1);
    holding.unsubscribe();
  });

  it('holds no more than its limit, and the next one when there is sandbox', async () => {
    const holding = holdNamespaces(ctx, { limit: 1, open });
    run(1);
    run(2);
    expect(opened).to.deep.equal([path(1)]);
    end(1);
    await until('the first is closed', () => opened.length === 0);
    run(3);
    expect(opened).to.deep.equal([path(3)]);
    holding.unsubscribe();
    await until('the rest is closed', () => opened.length === 0);
  });

  it('goes on when one cannot be opened', async () => {
    const refusing = (name: string): Promise<Held> =>
      name === path(1) ? Promise.reject(new Error('EACCES: permission denied')) : open(name);
    const holding = holdNamespaces(ctx, { limit: 10, open: refusing });
    run(1);
    run(2);
    end(1);
    end(2);
    await until('the other is closed', () => opened.length === 0);
    holding.unsubscribe();
  });

  it('keeps the namespace of a process that has ended until its end is published', async function () {
    requires(this, 'root', 'pods');
    const app = spawn('unshare', ['--mount', 'sh', '-c', 'echo; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(app.stdout, 'data');
      const namespace = readlinkSync(path(app.pid ?? 0));
      const isHeld = (): boolean => readdirSync('/proc/self/fd').some((fd) => linkOf(fd) === namespace);
      const holding = holdNamespaces(ctx);
      ctx.registry.add(aNewTask('task', { phase: 'starting' }));
      ctx.registry.transition('task', 'running', { process: { pid: app.pid ?? 0, startTicks: 1 } });
      await until('it is held', isHeld);
      app.kill('SIGKILL');
      await once(app, 'exit');
      expect(isHeld()).to.equal(true);
      ctx.registry.transition('task', 'exited', { exitResult: anExitResult({ exitCode: 0 }) });
      await until('it is closed', () => !isHeld());
      holding.unsubscribe();
    } finally {
      app.kill('SIGKILL');
    }
  });
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
