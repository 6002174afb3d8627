import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type Page } from 'playwright-core';

import { createServer } from '../src/server/index.ts';
import { fakeDriver } from '../test/support/fake-tasks.ts';
import { chromiumPath } from '../test/support/requirements.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';

const TASKS = 1_000;
const VIEWS = { table: '', map: '#/?view=map' } as const;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  /** Microseconds. */
  readonly dur?: number;
  /** The part of them in which the thread had a CPU: what other programs use does not count. */
  readonly tdur?: number;
  readonly pid: number;
  readonly tid: number;
}

export const pageTasks: Benchmark = {
  name: 'page-tasks',
  asks: 'Does the page stay responsive with 1,000 tasks that change every second?',
  async run({ quick }) {
    const dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-page-'));
    const listen = { host: '127.0.0.1', port: 0 };
    const server = await createServer(fakeDriver(TASKS), { dataDir, listen, socketPath: false });
    const context = await chromium.launchPersistentContext(join(dataDir, 'profile'), {
      executablePath: chromiumPath() ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      viewport: { width: 1440, height: 900 },
    });
    try {
      const page = await context.newPage();
      const rows: Row[] = [];
      for (const [view, hash] of Object.entries(VIEWS)) {
        await page.goto('about:blank');
        await page.goto(`${server.url ?? ''}${hash}`);
        await page.locator('#tasks .count', { hasText: String(TASKS) }).waitFor();
        // The load is another matter.
        await page.waitForTimeout(5_000);
        const { elapsedMs, cpuMs } = await tasksOf(page, quick ? 5_000 : 60_000);
        rows.push({
          what: `longest task of the main thread, ${view}`,
          median: Math.max(...elapsedMs),
          unit: 'ms',
          threshold: { atMost: 50 },
        });
        rows.push({ what: `most CPU of a task, ${view}`, median: Math.max(...cpuMs), unit: 'ms CPU' });
        rows.push({ what: `tasks of 1 ms and more, ${view}`, ...summary(elapsedMs), unit: 'ms' });
      }
      return rows;
    } finally {
      await context.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

/** The tasks of the page's main thread that took 1 ms and more, by the trace of Chromium. */
async function tasksOf(
  page: Page,
  forMs: number,
): Promise<{ readonly elapsedMs: readonly number[]; readonly cpuMs: readonly number[] }> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'devtools.timeline'] },
  });
  await page.waitForTimeout(forMs);
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  // The script of the page runs in one thread alone.
  const script = events.find(({ name }) => name === 'FunctionCall');
  const tasks = events.filter(
    ({ name, ph, pid, tid, dur = 0 }) =>
      name === 'RunTask' && ph === 'X' && pid === script?.pid && tid === script.tid && dur >= 1_000,
  );
  return {
    elapsedMs: tasks.map(({ dur = 0 }) => dur / 1_000),
    cpuMs: tasks.map(({ tdur = 0 }) => tdur / 1_000),
  };
}
