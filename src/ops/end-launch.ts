import { readFile, readdir, rename } from 'node:fs/promises';

import { RktError } from '../model/errors.ts';
import { isAlive, processTree, readProcess } from '../sources/process-info.ts';
import type { TaskCgroup } from '../sources/cgroup/cgroups.ts';
import type { OpsContext } from './context.ts';
import type { TaskFiles } from './task-files.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends a launch that shall not have been: a shim that has not begun finds its ticket revoked, one that has is killed
 * with all it started.
 */
export async function endLaunch(
  ctx: OpsContext,
  files: TaskFiles,
  cgroup: TaskCgroup | undefined,
): Promise<void> {
  if (await revoke(files)) return;
  const shim = await claimedBy(files);
  if (shim !== undefined) await killTree(ctx, shim);
  await cgroup?.kill();
}

async function revoke(files: TaskFiles): Promise<boolean> {
  return rename(files.ticket, files.revoked).then(
    () => true,
    () => false,
  );
}

/** The pid of the living shim, by the name it gave its ticket; another process of the same pid is not taken for it. */
async function claimedBy(files: TaskFiles): Promise<number | undefined> {
  const names = await readdir(files.directory).catch(() => []);
  const claim = names.find((name) => name.startsWith('shim.'));
  if (claim === undefined) return undefined;
  const pid = Number(claim.slice('shim.'.length));
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(files.directory) ? pid : undefined;
}

/** Stopped first, from the shim down, so that nothing is forked behind our back. */
async function killTree(ctx: OpsContext, shimPid: number): Promise<void> {
  const shim = await readProcess(shimPid);
  if (shim === undefined) return;
  const stopped = new Set<number>();
  for (let found = [shimPid]; found.length > 0;) {
    found.forEach((pid) => {
      sendSignal(pid, 'SIGSTOP');
      stopped.add(pid);
    });
    found = (await processTree(shimPid)).filter((pid) => !stopped.has(pid));
  }
  stopped.forEach((pid) => sendSignal(pid, 'SIGKILL'));
  const gone = await waitUntil(async () => ((await isAlive(shim)) ? undefined : true), {
    everyMs: 5,
    deadlineMs: ctx.timeouts.killMs,
    scheduler: ctx.scheduler,
  });
  if (gone === undefined) throw new RktError('RKT_ERR_STOP', `The shim ${shimPid} did not end`);
}

/** A process that is gone has got what it needed. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    const why = (error as Error).message;
    throw new RktError('RKT_ERR_STOP', `Could not send ${signal} to process ${pid}: ${why}`, {
      cause: error,
    });
  }
}
