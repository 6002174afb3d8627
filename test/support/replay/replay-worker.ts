import { fileURLToPath } from 'node:url';

import { canBeCalled } from '../../../src/rkt/call-in-worker.ts';
import { startCommandWorker, type CommandWorker } from '../../../src/rkt/command-worker.ts';
import { BASE_ENV, type Outcome } from './rkt-process.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/programs/rkt-worker.js', import.meta.url));

/** A worker for the commands of a replay, and how many it has run. */
export interface ReplayWorker {
  calls: number;
  readonly worker: CommandWorker;
}

export function startReplayWorker(): ReplayWorker {
  return { calls: 0, worker: startCommandWorker(PROGRAM, BASE_ENV) };
}

/** The outcome of a command in the worker; undefined for one that needs a process. */
export async function callInWorker(
  replay: ReplayWorker,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome | undefined> {
  if (!canBeCalled(argv)) return undefined;
  if (!replay.worker.isUsable) throw new Error(`the worker is not clean before ${argv.join(' ')}`);
  const end = await replay.worker.call({ argv, env: { ...BASE_ENV, ...env }, cwd: '/' }).end;
  if (end === undefined) return undefined;
  if (end.reason !== undefined) throw new Error(end.reason);
  replay.calls += 1;
  return { exitCode: end.exitCode ?? null, signal: null, stdout: end.stdout, stderr: end.stderr };
}
