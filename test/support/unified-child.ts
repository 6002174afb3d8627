import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import Mocha from 'mocha';
import { filter, firstValueFrom, take } from 'rxjs';

import { createDriver, type Driver, type TaskHandle, type TaskSpecInput } from '../../src/index.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { LimitedFacts, UnifiedFacts } from './unified-facts.ts';
import { networkedPod, ociPods, severalApps } from './unified-oci.ts';
import {
  attemptAtBareRoot,
  limitFiles,
  read,
  readStandingStill,
  moveInto,
  shapes,
} from './unified-shapes.ts';

/**
 * Drives tasks on a machine whose only cgroups are v2 and reports what it has seen as one line of JSON. Runs inside of that
 * machine, which it may leave in any state. Arguments: an image, and files of mocha tests to run there as well.
 */
const MIB = 1024 * 1024;
const OWN = 'system.slice/agent.service';
/** A tree whose daemon has left session and process group, and that uses a little CPU all the time. */
const TREE = 'sleep 1000 & setsid sleep 1000 & while sleep 0.1; do :; done';
/** One process that asks for more than it may have. */
const HOG = 'exec dd if=/dev/zero of=/dev/null bs=200M count=1';
/** Reports its cgroup, then moves the whole task to one below, so that the task's own can pass on a controller. */
const NEST = `
  cut -d: -f3 /proc/self/cgroup
  own=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
  mkdir "$own/inner"
  until echo +memory >"$own/cgroup.subtree_control"; do
    for pid in $(cat "$own/cgroup.procs"); do echo "$pid" >"$own/inner/cgroup.procs"; done
  done 2>/dev/null`;

const [image = '', ...testFiles] = process.argv.slice(2);
const options = { rkt: 'embedded', rktDir: '/tmp/rkt', dataDir: '/tmp/data' } as const;

console.log(JSON.stringify(await facts()));

async function facts(): Promise<UnifiedFacts> {
  const bareRoot = await attemptAtBareRoot();
  moveInto(OWN);
  const { version } = await detectCgroups();
  const own = read('/proc/self/cgroup').trim();
  const driver = createDriver(options);
  const [limited, starved] = await Promise.all([limitedTask(driver), starvedTask(driver)]);
  const oci = await ociPods(driver, image);
  const networked = existsSync('/veth.ko') ? { networked: await networkedPod(driver, image) } : {};
  process.env['RKT_STREAMS_OCI_RUNTIME'] = 'runc';
  const runc = await ociPods(driver, image);
  delete process.env['RKT_STREAMS_OCI_RUNTIME'];
  const several = severalApps(image);
  await driver.shutdown();
  const left = readdirSync('/sys/fs/cgroup').filter((name) => name.startsWith('rkt-streams'));
  const suite = await runTests();
  const reading = await readStandingStill();
  return {
    version,
    own,
    limited,
    starved,
    oci,
    ...networked,
    runc,
    several,
    left,
    suite,
    reading,
    shapes: await shapes(OWN, bareRoot),
  };
}

/** Has limits, is measured, entered, taken over by another driver, killed and destroyed. */
async function limitedTask(driver: Driver): Promise<LimitedFacts> {
  const { handle } = await driver.startTask(
    shell('limited', TREE, { memoryLimitBytes: 64 * MIB, cpuShares: 512, cpusetCpus: '1' }),
  );
  const { cgroupPaths: directories, process: app } = handle.state;
  const [directory = ''] = directories;
  const usage = await firstValueFrom(
    driver.taskStats('limited', { intervalMs: 200 }).pipe(
      filter(({ cpu }) => (cpu.percent ?? 0) > 0),
      take(1),
    ),
  );
  const limits = limitFiles(directory);
  const isIn = read(join(directory, 'cgroup.procs')).split('\n').includes(String(app.pid));
  const allowedCpus = cpusOf(app.pid);
  const entered = await driver.execTask('limited', ['/bin/sh', '-c', NEST]);
  const enteredBelow = await driver.execTask('limited', ['/bin/cut', '-d:', '-f3', '/proc/self/cgroup']);
  const recovered = await takenOver(handle);
  const pids = await (await detectCgroups()).open(directories).pids();
  await driver.stopTask('limited', { timeoutMs: 0 });
  const exit = await firstValueFrom(driver.waitTask('limited'));
  const aliveAfterKill = pids.filter((pid) => existsSync(`/proc/${pid}`));
  await driver.destroyTask('limited');
  return {
    ...{ directories, limits, isIn, allowedCpus, usage, recovered, exit, pids, aliveAfterKill },
    entered: entered.output.trim(),
    enteredBelow: enteredBelow.output.trim(),
    isThere: existsSync(directory),
  };
}

function cpusOf(pid: number): string {
  return /^Cpus_allowed_list:\t(.*)$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? '';
}

async function takenOver(handle: TaskHandle): Promise<LimitedFacts['recovered']> {
  const driver = createDriver(options);
  await driver.recoverTask(handle);
  const usage = await firstValueFrom(driver.taskStats('limited'));
  await driver.shutdown();
  return usage;
}

/** Wants more memory than it may have. */
async function starvedTask(driver: Driver): Promise<UnifiedFacts['starved']> {
  const { handle } = await driver.startTask(shell('starved', HOG, { memoryLimitBytes: 24 * MIB }));
  const exit = await firstValueFrom(driver.waitTask('starved'));
  const [directory = ''] = handle.state.cgroupPaths;
  const events = read(join(directory, 'memory.events'));
  await driver.destroyTask('starved');
  return { exit, events, isThere: existsSync(directory) };
}

async function runTests(): Promise<UnifiedFacts['suite']> {
  const mocha = new Mocha({ timeout: 60_000, reporter: 'min' });
  testFiles.forEach((file) => mocha.addFile(file));
  await mocha.loadFilesAsync();
  const passed: string[] = [];
  const failed: string[] = [];
  const runner = mocha.run();
  runner.on('pass', (test) => passed.push(test.title));
  runner.on('fail', (test, error: Error) => failed.push(`${test.title}: ${error.message}`));
  return new Promise((resolve) => runner.on('end', () => resolve({ passed, failed })));
}

function shell(
  id: string,
  script: string,
  resources: NonNullable<TaskSpecInput['resources']>,
): TaskSpecInput {
  return { id, config: { image, command: '/bin/sh', args: ['-c', script] }, resources };
}
