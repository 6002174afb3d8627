import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { resolveRkt } from '../../../src/rkt/resolve-binary.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import type { Victim } from './victims.ts';

const run = promisify(execFile);

export interface Remains {
  /** How many pods only `rkt gc` could find. */
  readonly garbage: number;
  /** What was left after that; empty when all is well. */
  readonly leaked: readonly string[];
}

/** Destroys what is still there, runs rkt's own garbage collection, and closes the sandbox. */
export async function cleanUp(sandbox: Sandbox, deaths: readonly Victim[]): Promise<Remains> {
  const driver = sandbox.driver();
  const { recovered } = await driver.recoverTasks();
  for (const id of recovered) await driver.destroyTask(id, { force: true });
  const before = await podsIn(sandbox);
  const unexplained = unexplainedPods(before, deaths);
  const { command } = await resolveRkt(sandbox.options.rkt);
  const [program = '', ...args] = command;
  const gc = [`--dir=${sandbox.options.rktDir}`, 'gc', '--grace-period=0s', '--expire-prepared=0s'];
  await run(program, [...args, ...gc]);
  const garbage = before.length - (await podsIn(sandbox)).length;
  try {
    await sandbox.close();
    return { garbage, leaked: unexplained };
  } catch (error) {
    const leaked = await sandbox.leftovers();
    return { garbage, leaked: [...unexplained, ...(leaked.length > 0 ? leaked : [String(error)])] };
  }
}

/** As `pod PHASE/UUID`. */
async function podsIn(sandbox: Sandbox): Promise<readonly string[]> {
  return (await sandbox.leftovers()).filter((what) => what.startsWith('pod '));
}

/** Pods that no killed rkt explains: one was killed at this very pod, or at a `prepare`, which leaves one at most. */
export function unexplainedPods(pods: readonly string[], deaths: readonly Victim[]): readonly string[] {
  const commands = deaths.filter(({ kind }) => kind === 'rkt').map(({ command }) => command);
  const others = pods.filter(
    (pod) => !commands.some((command) => command.includes(pod.split('/')[1] ?? pod)),
  );
  const isHalfMade = (pod: string): boolean => /^pod (embryo|prepare|garbage)\//.test(pod);
  const prepares = commands.filter((command) => command.includes(' prepare ')).length;
  const halfMade = others.filter(isHalfMade);
  return [...others.filter((pod) => !isHalfMade(pod)), ...halfMade.slice(prepares)];
}
