import type { ProcessId } from '../../src/model/process-id.ts';
import { createRktRunner, type RktRunner } from '../../src/rkt/command-runner.ts';
import type { SpawnOptions, SpawnedProcess } from '../../src/rkt/spawned-process.ts';
import { identify, isAlive } from '../../src/sources/process-info.ts';
import { until } from './until.ts';

/**
 * Stands in for `nsenter` and `rkt enter`, which need root: the rest of each command line is executed as it is, on this machine,
 * with the real streams.
 */
export class EnteredCommands {
  /** The whole line of each spawned process. */
  readonly lines: (readonly string[])[] = [];
  /** To be awaited before a caller knows that the process exists. */
  begun: () => Promise<void> = () => Promise.resolve();
  readonly #processes: ProcessId[] = [];
  readonly #real = createRktRunner({ binary: { command: ['rkt'], runtime: 'rkt' } });

  /** The same runner, whose processes are those of this class. */
  around(runner: RktRunner): RktRunner {
    return { ...runner, spawn: (argv, options) => this.#spawn(argv, options) };
  }

  /** How many of the processes are alive. */
  async alive(): Promise<number> {
    return (await Promise.all(this.#processes.map((one) => isAlive(one)))).filter(Boolean).length;
  }

  async close(): Promise<void> {
    for (const one of this.#processes) if (await isAlive(one)) process.kill(-one.pid, 'SIGKILL');
    await until('the commands have ended', async () => (await this.alive()) === 0);
  }

  async #spawn(argv: readonly string[], options?: SpawnOptions): Promise<SpawnedProcess> {
    this.lines.push(argv);
    const [from, to] = [argv.indexOf('nsenter'), argv.indexOf('enter') + 2];
    const child = await this.#real.spawn([...argv.slice(0, from), ...argv.slice(to)], options);
    const identity = await identify(child.pid);
    if (identity !== undefined) this.#processes.push(identity);
    await this.begun();
    return child;
  }
}
