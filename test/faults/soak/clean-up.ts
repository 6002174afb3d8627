import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { resolveRkt } from '../../../src/rkt/binary.ts';
import type { Room } from '../../support/room.ts';

const run = promisify(execFile);

export interface Remains {
  /** How many pods only `rkt gc` could find. */
  readonly garbage: number;
  /** What was left after that; empty when all is well. */
  readonly leaked: readonly string[];
}

/** Destroys what is still there, runs rkt's own garbage collection, and closes the room. */
export async function cleanUp(room: Room): Promise<Remains> {
  const driver = room.driver();
  const { recovered } = await driver.recoverTasks();
  for (const id of recovered) await driver.destroyTask(id, { force: true });
  const before = await podsIn(room);
  const { command } = await resolveRkt(room.options.rkt);
  const [program = '', ...args] = command;
  const gc = [`--dir=${room.options.rktDir}`, 'gc', '--grace-period=0s', '--expire-prepared=0s'];
  await run(program, [...args, ...gc]);
  const garbage = before - (await podsIn(room));
  try {
    await room.close();
    return { garbage, leaked: [] };
  } catch (error) {
    const leaked = await room.leftovers();
    return { garbage, leaked: leaked.length > 0 ? leaked : [String(error)] };
  }
}

async function podsIn(room: Room): Promise<number> {
  return (await room.leftovers()).filter((what) => what.startsWith('pod ')).length;
}
