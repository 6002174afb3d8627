import { asyncScheduler } from 'rxjs';

import type { Driver } from '../../src/driver-interface.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { driverSettings } from '../../src/model/driver-options.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { createOpsContext, lazyRunner } from '../../src/ops/create-context.ts';
import { destroyTask } from '../../src/ops/destroy-task.ts';
import { startTask } from '../../src/ops/start-task.ts';
import { watchExits } from '../../src/ops/watch-exits.ts';
import { createTaskRegistry } from '../../src/registry/task-registry.ts';
import { readProcess } from '../../src/sources/process-info.ts';
import { createProcesses } from '../../src/sources/processes.ts';
import { allTaskStats } from '../../src/streams/all-task-stats-stream.ts';
import { createStats } from '../../src/streams/stats/create-stats.ts';
import { waitTask } from '../../src/streams/wait-task-stream.ts';
import { addRunning } from './engine.ts';
import { openWorkload } from './workload.ts';
import type { Sandbox } from './sandbox.ts';

/** The part of a driver that starts, ends and waits, while it has many other tasks and samples them every second. */
export type Crowd = Pick<Driver, 'startTask' | 'destroyTask' | 'waitTask'> & { close(): Promise<void> };

export async function openCrowd({ options }: Sandbox, others: number): Promise<Crowd> {
  const workload = await openWorkload(others);
  const scheduler = asyncScheduler;
  const logger = silentLogger;
  const settings = driverSettings(options);
  const shutdown = new AbortController();
  const registry = createTaskRegistry({ scheduler, logger });
  const driverConfig = driverConfigSchema.parse({});
  const ctx = await createOpsContext({
    settings,
    instance: 'crowd',
    beganAtMs: scheduler.now(),
    registry,
    runner: lazyRunner(() => settings),
    driverConfig: () => driverConfig,
    logger,
    scheduler,
    shutdown: shutdown.signal,
  });
  for (const [index, pid] of workload.pids.entries()) {
    const id = `other-${index}`;
    addRunning(registry, id, workload.paths(index));
    // Its process stands for its shim as well: the sweep for missed exits asks for both.
    const process = { pid, startTicks: (await readProcess(pid))?.startTicks ?? 0 };
    registry.update(id, { process, shim: process });
  }
  const exits = watchExits(ctx);
  const stats = createStats({ ...ctx, processes: createProcesses(), onDegraded: () => undefined });
  const samples = allTaskStats(stats).subscribe({ error: (error: unknown) => console.error(error) });
  return {
    startTask: (task) => startTask(ctx, task),
    destroyTask: (id, destroy) => destroyTask(ctx, id, destroy),
    waitTask: (id) => waitTask({ registry }, id),
    async close() {
      samples.unsubscribe();
      exits.unsubscribe();
      shutdown.abort();
      registry.close();
      await workload.close();
    },
  };
}
