import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { filter, firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import type { UnifiedFacts } from './unified-facts.ts';
import { limitFiles, read } from './unified-shapes.ts';

const MIB = 1024 * 1024;
const SEEN = 'cat /proc/self/cgroup; grep -E "^(CapEff|Seccomp)" /proc/self/status';

/** The life of a pod of the stage1 oci on that machine, and of one that wants more memory than it may have. */
export async function ociPods(driver: Driver, image: string): Promise<UnifiedFacts['oci']> {
  const task = (id: string, script: string, limitMib: number): TaskSpecInput => ({
    id,
    config: { image, command: '/bin/sh', args: ['-c', script], stage1: 'oci', net: ['none'] },
    resources: { memoryLimitBytes: limitMib * MIB, cpuShares: 512 },
  });
  const { handle } = await driver.startTask(task('oci', `${SEEN}; while sleep 0.1; do :; done`, 64));
  const { cgroupPaths: directories, process: app } = handle.state;
  const [directory = ''] = directories;
  const { memory, source } = await firstValueFrom(
    driver
      .taskStats('oci', { intervalMs: 200 })
      .pipe(filter((usage) => (usage.memory.usageBytes ?? 0) > 0 && (usage.cpu.percent ?? 0) > 0)),
  );
  const limits = limitFiles(directory);
  const pids = read(join(directory, 'cgroup.procs')).split('\n');
  const isIn = pids.includes(String(app.pid));
  const isRuntimeIn = pids.some((pid) => read(`/proc/${pid}/comm`).trim() === 'crun');
  const entered = await driver.execTask('oci', ['/bin/sh', '-c', SEEN]);
  await driver.stopTask('oci', { signal: 'SIGTERM', timeoutMs: 60_000 });
  const exit = await firstValueFrom(driver.waitTask('oci'));
  const seen = read(driver.inspectTask('oci').stdoutPath ?? '');
  await driver.destroyTask('oci');

  const hog = 'exec dd if=/dev/zero of=/dev/null bs=200M count=1';
  const starved = await driver.startTask(task('oci-starved', hog, 24));
  const starvedExit = await firstValueFrom(driver.waitTask('oci-starved'));
  await driver.destroyTask('oci-starved');
  const isThere = [directory, ...starved.handle.state.cgroupPaths].some(existsSync);
  return {
    limits,
    isIn,
    isRuntimeIn,
    source,
    memory,
    seen,
    entered: entered.output,
    exit,
    starvedExit,
    isThere,
  };
}
