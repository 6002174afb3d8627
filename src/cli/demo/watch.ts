import { setImmediate as nextTurn } from 'node:timers/promises';

import { firstValueFrom, merge, tap, type Observable, type Subscription } from 'rxjs';

import { openRegular } from '../../files/regular-file.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { Reporter } from './reporter.ts';
import { viewOf, type View } from './demo-view.ts';
import type { DemoStage } from './stage.ts';

const STOP_TIMEOUT_MS = 1_500;

export interface Watch {
  /** Resolves when the output of every exited pod was reported. */
  outputReported(): Promise<void>;
  stop(): void;
}

/** Subscribes to all streams of the driver, and reports and records their values. */
export function watch(stage: DemoStage, reporter: Reporter, intervalMs: number): Watch {
  const { driver, journal, report } = stage;
  const pending = new Set<Promise<void>>();
  let statuses: readonly TaskStatus[] = [];
  const show = (how: (view: View) => void): void => how(viewOf(stage.pods, statuses, journal));
  const onEvent = (event: TaskEvent): void => {
    const status = event.kind === 'exited' ? driver.inspectTask(event.taskId) : undefined;
    journal.addEvent(event, status?.exitResult);
    report({ type: 'event', by: 'first driver', ...event });
    if (status === undefined) return;
    const done = reportOutput(stage, status).finally(() => pending.delete(done));
    pending.add(done);
  };
  const sources: readonly Observable<unknown>[] = [
    driver.fingerprint().pipe(tap((fingerprint) => report({ type: 'fingerprint', ...fingerprint }))),
    driver.taskEvents().pipe(tap(onEvent)),
    driver.tasks().pipe(
      tap((tasks) => {
        statuses = tasks;
        show(reporter.changed);
      }),
    ),
    driver.hostStats({ intervalMs: 2 * intervalMs }).pipe(
      tap((host) => {
        journal.addHost(host);
        report({ type: 'host', ...host });
      }),
    ),
    driver.allTaskStats({ intervalMs }).pipe(
      tap((samples) => {
        journal.addSamples(samples);
        samples.forEach(({ taskId, usage }) => report({ type: 'stats', taskId, ...usage }));
        show(reporter.tick);
      }),
    ),
  ];
  const following: Subscription = merge(...sources).subscribe({
    error: (error: unknown) => stage.failures.push(`streams: ${String(error)}`),
  });
  return {
    outputReported: async () => {
      await Promise.all(pending);
    },
    stop: () => following.unsubscribe(),
  };
}

/** The output of a pod, from the files that its status names. */
async function reportOutput({ journal, report }: DemoStage, status: TaskStatus): Promise<void> {
  const paths = [status.stdoutPath, status.stderrPath].filter((path) => path !== undefined);
  const texts = await Promise.all(paths.map((path) => textOf(path).catch(() => '')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  if (lines.length === 0) return;
  journal.addOutput(status.id, lines);
  report({ type: 'output', taskId: status.id, lines });
}

async function textOf(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Stops and destroys all tasks in parallel; a failure is recorded and does not affect the others. */
export async function endAll(stage: DemoStage, watching: Watch): Promise<void> {
  const { driver, failures } = stage;
  const attempt = async (what: string, step: Promise<void>): Promise<void> => {
    await step.catch((error: unknown) => failures.push(`${what}: ${(error as Error).message}`));
  };
  const tasks = await firstValueFrom(driver.tasks());
  await Promise.all(
    tasks.map(({ id }) =>
      attempt(`stop ${id}`, driver.stopTask(id, { signal: 'SIGTERM', timeoutMs: STOP_TIMEOUT_MS })),
    ),
  );
  await watching.outputReported();
  await Promise.all(tasks.map(({ id }) => attempt(`destroy ${id}`, driver.destroyTask(id, { force: true }))));
  // The registry emits the last changes at the end of this turn.
  await nextTurn();
}
