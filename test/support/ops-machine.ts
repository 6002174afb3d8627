import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { Subscription } from 'rxjs';

import type { TaskEvent, TaskSpecInput } from '../../src/index.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { startTask, type StartedTask } from '../../src/ops/start-task.ts';
import { watchExits } from '../../src/ops/watch-exits.ts';
import type { StoredTask } from '../../src/registry/stored-task.ts';
import { identify } from '../../src/sources/process-info.ts';
import { cgroupFixture, type CgroupFixture } from './cgroup-fixture.ts';
import { ManualClock } from './manual-clock.ts';
import { anOpsContext } from './ops-context.ts';
import { RecordedRkt } from './recorded-rkt.ts';
import { StandInApps } from './stand-in-app.ts';
import { until } from './until.ts';

/** The kernel gives no pid as high as this. */
export const DEAD_PROCESS = { pid: 4_194_304, startTicks: 1 };

/** What there is on a machine of {@link OpsMachine}: two that are equal have nothing more and nothing less. */
export interface MachineFacts {
  readonly tasks: readonly string[];
  /** Below the data directory. */
  readonly files: readonly string[];
  readonly cgroups: readonly string[];
  readonly pods: readonly string[];
  readonly podDirectories: readonly string[];
  /** How many shims are alive. */
  readonly shims: number;
}

/** A machine for the ops of one test: an rkt that answers by recordings, cgroups in plain directories, and virtual time. */
export class OpsMachine {
  readonly dir = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
  readonly dataDir = join(this.dir, 'data');
  readonly clock = new ManualClock();
  readonly apps: StandInApps = new StandInApps(() => this.rkt);
  readonly rkt: RecordedRkt = new RecordedRkt(join(this.dir, 'rkt'), this.apps.spawn);
  readonly shutdown = new AbortController();
  readonly events: TaskEvent[] = [];
  readonly logged: string[] = [];
  readonly #cgroups: CgroupFixture = cgroupFixture('v1');
  #ctx!: OpsContext;
  #isClosed = false;
  readonly #watching = new Subscription();

  static async create(more: Partial<OpsContext> = {}): Promise<OpsMachine> {
    const machine = new OpsMachine();
    const log = (_: object, message: string): void => void machine.logged.push(message);
    machine.#ctx = await anOpsContext(machine.dataDir, {
      cgroups: await machine.#cgroups.detect('rkt-streams-test'),
      runner: () => Promise.resolve(machine.rkt.runner),
      rktDir: machine.rkt.dir,
      scheduler: machine.clock,
      shutdown: machine.shutdown.signal,
      logger: { debug: () => undefined, info: () => undefined, warn: log, error: log },
      // What waits for files or processes, which take their time, must not be short in virtual time.
      timeouts: { prepareMs: 1_000, launchMs: 1e8, networkMs: 20_000, killMs: 1e8 },
      owner: (await identify(process.pid)) ?? { pid: process.pid, startTicks: 0 },
      ...more,
    });
    machine.#ctx.registry.events$.subscribe((event) => machine.events.push(event));
    return machine;
  }

  get ctx(): OpsContext {
    return this.#ctx;
  }

  /** The same machine as another driver sees it: with nothing in its registry. */
  async otherDriver(more: Partial<OpsContext> = {}): Promise<OpsContext> {
    const { registry: _, ...rest } = this.#ctx;
    const ctx = await anOpsContext(this.dataDir, { ...rest, instance: 'another-one', ...more });
    ctx.registry.events$.subscribe((event) => this.events.push(event));
    return ctx;
  }

  /** Watches for exits, as a driver does. */
  watch(): void {
    this.#watching.add(watchExits(this.#ctx));
  }

  /** Lets time go on until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const end = { isDone: false };
    const finish = (): void => void (end.isDone = true);
    work.then(finish, finish);
    while (!end.isDone && !this.#isClosed) {
      await this.clock.advance(5);
      await nextTurn();
    }
    return work;
  }

  /** Starts a task as a caller does. */
  start(id = 'web', more: Partial<TaskSpecInput> = {}, ctx = this.#ctx): Promise<StartedTask> {
    return this.run(startTask(ctx, aTask(id, more)));
  }

  /** Ends the app of a task by itself, and resolves when its shim has written that down. */
  async end({ handle }: StartedTask, signal: NodeJS.Signals): Promise<void> {
    const { process: app, startToken } = handle.state;
    process.kill(app.pid, signal);
    await until('the shim has ended', () => isWritten(join(this.dataDir, 'exits', startToken)));
  }

  /** What another driver reads of a task. */
  stored(id = 'web'): Promise<StoredTask | undefined> {
    return this.#ctx.store.load(id);
  }

  /** Makes it so that the driver which wrote the state of a task has died since. */
  async killDriverOf(id = 'web', more: Partial<StoredTask> = {}): Promise<StoredTask> {
    const entry = await this.stored(id);
    if (entry === undefined) throw new Error(`there is no state of ${id}`);
    const orphaned = { ...entry, owner: DEAD_PROCESS, ...more };
    await this.#ctx.store.save(orphaned);
    return orphaned;
  }

  facts(): MachineFacts {
    return {
      tasks: this.#ctx.registry.list().map(({ id, phase }) => `${id} ${phase}`),
      files: filesBelow(this.dataDir),
      cgroups: this.#ctx.cgroups.list().map(({ name }) => name),
      pods: [...this.rkt.pods].map(([podId, state]) => `${podId} ${state}`),
      podDirectories: ['prepare', 'prepared', 'run'].flatMap((phase) =>
        filesBelow(join(this.rkt.dir, 'pods', phase), false),
      ),
      shims: this.apps.alive,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watching.unsubscribe();
    this.shutdown.abort();
    await this.apps.close();
    this.#cgroups.remove();
    rmSync(this.dir, { recursive: true });
  }
}

function isWritten(exitFile: string): boolean {
  return readFileSync(exitFile, 'utf8').endsWith('\n');
}

/** A task as a caller gives it. */
export function aTask(id: string, more: Partial<TaskSpecInput> = {}): TaskSpecInput {
  const { config, ...rest } = more;
  return {
    id,
    config: { image: 'test.local/busybox', command: '/bin/sleep', args: ['1000'], net: ['host'], ...config },
    ...rest,
  };
}

/** Files by their paths; directories that only hold others are left out. */
function filesBelow(directory: string, isDeep = true): readonly string[] {
  if (!existsSync(directory)) return [];
  const found = readdirSync(directory, { withFileTypes: true, recursive: isDeep });
  const files = isDeep ? found.filter((entry) => !entry.isDirectory()) : found;
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
}
