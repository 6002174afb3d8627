import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { spawnedProcess, type SpawnOptions, type SpawnedProcess } from '../../src/rkt/spawned-process.ts';
import type { RecordedRkt } from './recorded-rkt.ts';
import { until } from './until.ts';

/** What a launch comes to. */
export type Launch =
  | { readonly kind: 'runs' }
  /** The app ignores SIGINT and SIGTERM. */
  | { readonly kind: 'ignores' }
  /** rkt ends before there is an app, after it has written this. */
  | { readonly kind: 'fails'; readonly exitCode: number; readonly stderr: string }
  /** The shim has claimed its ticket and goes no further. */
  | { readonly kind: 'hangs' }
  /** The shim does not begin before its ticket is revoked. */
  | { readonly kind: 'never' };

/** The launches that come to an app. */
const APPS: ReadonlySet<Launch['kind']> = new Set(['runs', 'ignores']);
const HANG = 'read -r line';

/** The app in the foreground, then its exit code in place. */
const shimOf = (app: string): string => `trap : INT
sh -c '${app}' "$1/app.pid"
code=$?
[ -e "$2" ] && printf '%03d\\n' $code 1<>"$2"`;

/** What a shim does, which is given the directory of its task and its exit file. */
const SCRIPTS: Readonly<Record<Launch['kind'], string>> = {
  runs: shimOf('echo $$ >"$0"; exec cat'),
  ignores: shimOf('trap "" INT TERM; echo $$ >"$0"; exec cat'),
  fails: HANG,
  hangs: HANG,
  never: 'while [ -e "$1/ticket" ]; do sleep 0.01; done',
};

/**
 * Stands in for the shims and apps that real commands would start: for each launch a shell as the shim and a `cat` as the app,
 * so that there are processes to signal. Both end with their stdin, and so with this process at the latest.
 */
export class StandInApps {
  launch: Launch = { kind: 'runs' };
  readonly #shims: ChildProcess[] = [];
  readonly #rkt: () => RecordedRkt;

  constructor(rkt: () => RecordedRkt) {
    this.#rkt = rkt;
  }

  /** How many shims are alive. */
  get alive(): number {
    return this.#shims.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).length;
  }

  readonly spawn = async (argv: readonly string[], options: SpawnOptions): Promise<SpawnedProcess> => {
    if (argv[1]?.endsWith('/shim.sh') === true) return this.#shim(argv, options);
    return child('true', []).then(({ spawned }) => spawned);
  };

  /** Ends what is left. */
  async close(): Promise<void> {
    for (const shim of this.#shims.splice(0)) {
      if (shim.exitCode !== null || shim.signalCode !== null) continue;
      const ended = once(shim, 'exit');
      process.kill(-(shim.pid as number), 'SIGKILL');
      await ended;
    }
    const isUp = (): boolean => [...this.#rkt().pods.values()].includes('running');
    await until('the apps have ended', () => !isUp());
  }

  async #shim(argv: readonly string[], { more = [] }: SpawnOptions): Promise<SpawnedProcess> {
    const [, script = '', taskDir = '', , exitFile = '', podDir = ''] = argv;
    const { launch } = this;
    const { process: shim, spawned } = await child('/bin/sh', [
      ...['-c', SCRIPTS[launch.kind], script],
      ...[taskDir, exitFile],
    ]);
    this.#shims.push(shim);
    if (launch.kind === 'never') return spawned;
    await rename(join(taskDir, 'ticket'), join(taskDir, `shim.${spawned.pid}`));
    if (launch.kind === 'fails') {
      writeSync(more[1] as number, launch.stderr);
      await writeFile(exitFile, `${launch.exitCode}\n`);
      spawned.kill('SIGKILL');
    }
    if (APPS.has(launch.kind))
      await this.#rkt().begin(basename(podDir), await pidIn(join(taskDir, 'app.pid')));
    return spawned;
  }
}

async function pidIn(file: string): Promise<number> {
  const text = (): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  await until('the app has begun', () => text().endsWith('\n'));
  return Number(text());
}

async function child(
  file: string,
  args: readonly string[],
): Promise<{ readonly process: ChildProcess; readonly spawned: SpawnedProcess }> {
  const started = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  started.stdin.on('error', () => undefined);
  await once(started, 'spawn');
  return { process: started, spawned: spawnedProcess(started, started.pid as number, true) };
}
