import { readFile, readdir, rename } from 'node:fs/promises';

import { RktError } from '../model/rkt-error.ts';
import { isAlive, readProcess } from '../sources/process-info.ts';
import type { TaskCgroup } from '../sources/cgroup/cgroups.ts';
import type { OpsContext } from './ops-context.ts';
import { killTree } from './kill-tree.ts';
import type { TaskFiles } from './task-files.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends an aborted launch: a shim that has not begun finds its ticket revoked, one that has is killed with its process
 * tree.
 */
export async function endLaunch(
  ctx: OpsContext,
  files: TaskFiles,
  cgroup: TaskCgroup | undefined,
): Promise<void> {
  if (await revoke(files)) return;
  const shim = await claimedBy(files);
  if (shim !== undefined) await killShim(ctx, shim);
  await cgroup?.kill();
}

async function revoke(files: TaskFiles): Promise<boolean> {
  return rename(files.ticket, files.revoked).then(
    () => true,
    () => false,
  );
}

/**
 * The pid of the running shim, by the name it gave its ticket; another process with the same pid is not mistaken for
 * it.
 */
async function claimedBy(files: TaskFiles): Promise<number | undefined> {
  const names = await readdir(files.directory).catch(() => []);
  const claim = names.find((name) => name.startsWith('shim.'));
  if (claim === undefined) return undefined;
  const pid = Number(claim.slice('shim.'.length));
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(files.directory) ? pid : undefined;
}

async function killShim(ctx: OpsContext, shimPid: number): Promise<void> {
  const shim = await readProcess(shimPid);
  if (shim === undefined) return;
  await killTree(shimPid);
  const gone = await waitUntil(async () => ((await isAlive(shim)) ? undefined : true), {
    everyMs: 5,
    deadlineMs: ctx.timeouts.killMs,
    scheduler: ctx.scheduler,
  });
  if (gone === undefined) throw new RktError('RKT_ERR_STOP', `The shim ${shimPid} did not end`);
}
