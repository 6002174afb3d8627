import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Context } from 'mocha';

import {
  createDriver,
  type Driver,
  type DriverOptions,
  type TaskEvent,
  type TaskSpecInput,
} from '../../src/index.ts';
import { buildImage } from './images.ts';
import { requires } from './requirements.ts';
import { until } from './until.ts';

/** Directories, a cgroup parent and drivers of its own for one test file; closing it proves that nothing is left. */
export interface Sandbox {
  readonly base: string;
  readonly image: string;
  readonly options: { readonly [Name in 'rkt' | 'rktDir' | 'dataDir' | 'cgroupParent']: string };
  /** A driver in this sandbox; shut down when the sandbox is closed. */
  driver(more?: DriverOptions): Driver;
  /** A task that runs a shell script in the sandbox's image. */
  shell(id: string, script: string, more?: Partial<TaskSpecInput>): TaskSpecInput;
  /** What tasks have left on the machine: processes, mounts, cgroups, pods, files. Empty when all is well. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The rkt under test: the embedded one, or the one named by RKT_STREAMS_TEST_RKT. */
const RKT = process.env['RKT_STREAMS_TEST_RKT'] ?? 'embedded';

let sandboxes = 0;

/** Opens a sandbox; skips the tests where pods cannot be run. */
export async function openSandbox(context: Context): Promise<Sandbox> {
  requires(context, 'root', 'pods');
  return createSandbox();
}

/** The same outside of tests. */
export async function createSandbox(): Promise<Sandbox> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  const image = await buildImage(join(base, 'images'), { name: 'test.local/shell' });
  sandboxes += 1;
  const options = {
    rkt: RKT,
    rktDir: join(base, 'rkt'),
    dataDir: join(base, 'data'),
    cgroupParent: `rkt-streams-test-${process.pid}-${sandboxes}`,
  };
  const drivers: Driver[] = [];
  const sandbox: Sandbox = {
    base,
    image,
    options,
    driver: (more = {}) => {
      const driver = createDriver({ ...options, ...more });
      drivers.push(driver);
      return driver;
    },
    shell: (id, script, more = {}) => ({
      id,
      config: { image, command: '/bin/sh', args: ['-c', script] },
      ...more,
    }),
    leftovers: () => findLeftovers(base, options),
    close: async () => {
      const last = createDriver(options);
      const { recovered } = await last.recoverTasks();
      for (const id of recovered) await last.destroyTask(id, { force: true });
      await Promise.all([last, ...drivers].map((driver) => driver.shutdown()));
      await until(
        `nothing is left in ${base}`,
        async () => (await findLeftovers(base, options)).length === 0,
      ).catch(async (error: unknown) => {
        throw new Error(`left behind: ${(await findLeftovers(base, options)).join(', ')}`, { cause: error });
      });
      await rm(base, { recursive: true });
    },
  };
  return sandbox;
}

/** Collects the events of a driver from now on. */
export function recordEvents(driver: Driver): TaskEvent[] {
  const events: TaskEvent[] = [];
  driver.taskEvents().subscribe({
    next: (event) => events.push(event),
    error: (error: unknown) => {
      throw error;
    },
  });
  return events;
}

async function findLeftovers(base: string, options: Sandbox['options']): Promise<readonly string[]> {
  return [
    ...processesOf(base),
    ...mountsOf(base),
    ...cgroupsOf(options.cgroupParent),
    ...(await podsOf(options.rktDir)),
    ...(await filesOf(options.dataDir)),
  ];
}

function pids(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

function processesOf(base: string): readonly string[] {
  return pids()
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }))
    .filter(({ pid, command }) => command.includes(base) || read(`/proc/${pid}/mountinfo`).includes(base))
    .map(({ pid, command }) => `process ${pid}: ${command}`);
}

function mountsOf(base: string): readonly string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(base))
    .map((line) => `mount ${line}`);
}

function cgroupsOf(parent: string): readonly string[] {
  return ['', ...readdirSync('/sys/fs/cgroup')].flatMap((hierarchy) => {
    const directory = join('/sys/fs/cgroup', hierarchy, parent);
    return existsSync(directory) ? [`cgroup ${directory}`] : [];
  });
}

async function podsOf(rktDir: string): Promise<readonly string[]> {
  const phases = await readdir(join(rktDir, 'pods')).catch(() => []);
  const pods = await Promise.all(
    phases.map(async (phase) =>
      (await readdir(join(rktDir, 'pods', phase))).map((pod) => `pod ${phase}/${pod}`),
    ),
  );
  return pods.flat();
}

async function filesOf(dataDir: string): Promise<readonly string[]> {
  const names = await Promise.all(
    ['state', 'tasks', 'exits'].map(async (sub) =>
      (await readdir(join(dataDir, sub)).catch(() => [])).map((name) => `file ${sub}/${name}`),
    ),
  );
  return names.flat();
}

/** What is gone by now reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
