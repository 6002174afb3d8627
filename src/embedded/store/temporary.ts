import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { currentBoot } from '../current-boot.ts';
import { RktFailure } from '../embedded-context.ts';
import { deleteTree } from '../pods/delete-tree.ts';

/**
 * The thread that a temporary file belongs to, as part of its name: boot, pid namespace, pid and start time. No other
 * thread ever has the same, so the file of a dead thread can be removed by any process. A command has its own: the only
 * one of its process, or a worker of a driver, which a command that was killed does not outlive.
 */
interface Owner {
  /** First part of the boot id. */
  readonly boot: string;
  /** Inode of the pid namespace. */
  readonly namespace: string;
  readonly pid: string;
  /** Clock ticks between boot and the start of the thread. */
  readonly start: string;
}

const OWNED = /^[a-z]+-([0-9a-f]{8})\.(\d+)\.(\d+)\.(\d+)-[0-9a-f-]{36}/;
/** A process of another pid namespace cannot be seen from here; nothing it does takes as long as this. */
const FOREIGN_AGE_MS = 7 * 24 * 3_600_000;

/** A new path below the store's `tmp`. What is left there after this thread has ended is removed by a later command. */
export function temporaryPath(paths: { readonly tmp: string }, kind: string): string {
  const { boot, namespace, pid, start } = self();
  return join(paths.tmp, `${kind}-${boot}.${namespace}.${pid}.${start}-${randomUUID()}`);
}

/** Removes what dead threads have left in `tmp`; leaves what cannot be removed for the next time. */
export function sweepTemporary(tmp: string): void {
  for (const name of namesIn(tmp)) {
    const [, boot = '', namespace = '', pid = '', start = ''] = OWNED.exec(name) ?? [];
    if (boot === '' || isInUse({ boot, namespace, pid, start }, join(tmp, name))) continue;
    removeLeftover(join(tmp, name));
  }
}

/** Deletes a temporary file or tree, never across a mount. @throws RktFailure */
export function removeTemporary(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) deleteTree(path);
  else if (stat !== undefined) unlinkSync(path);
}

function removeLeftover(path: string): void {
  try {
    removeTemporary(path);
  } catch (error) {
    const isExpected = error instanceof RktFailure || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
  }
}

function isInUse(owner: Owner, path: string): boolean {
  const here = self();
  if (owner.boot !== here.boot) return false;
  if (owner.namespace === here.namespace) return startOf(owner.pid) === owner.start;
  const changedMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - changedMs < FOREIGN_AGE_MS;
}

function self(): Owner {
  const pid = basename(readlinkSync('/proc/thread-self'));
  const boot = currentBoot().slice(0, 8);
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  return { boot, namespace, pid, start: startOf(pid) ?? '0' };
}

/** Start time of a process or thread in clock ticks; undefined when there is none. */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
