import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { once } from 'node:events';

import { RktFailure } from '../embedded-context.ts';
import { takeLock } from './lock-holder.ts';
import { runShell } from './shell.ts';

/** What /proc/locks says about a directory. */
type Listed = 'locked' | 'free' | 'doubtful';

const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';
/** ext2-4, xfs and tmpfs: /proc/locks shows the device number that stat does (btrfs and overlayfs do not). */
const PLAIN_FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/** Inodes with an exclusive flock, and the same with their devices as `maj:min:inode`. */
interface LockTable {
  readonly exact: ReadonlySet<string>;
  readonly inodes: ReadonlySet<string>;
  readonly complete: boolean;
}

/** Parses /proc/locks. Lines of waiting lockers (`1: -> FLOCK …`) are not locks. */
export function parseLocks(text: string): { exact: Set<string>; inodes: Set<string> } {
  const exact = new Set<string>();
  const inodes = new Set<string>();
  for (const match of text.matchAll(/^\d+: FLOCK +\S+ +WRITE +-?\d+ ([0-9a-f]+):([0-9a-f]+):(\d+) /gm)) {
    const [, major = '', minor = '', inode = ''] = match;
    exact.add(`${parseInt(major, 16)}:${parseInt(minor, 16)}:${inode}`);
    inodes.add(inode);
  }
  return { exact, inodes };
}

function readLockTable(): LockTable {
  try {
    const complete = readlinkSync('/proc/self/ns/pid') === INITIAL_PID_NAMESPACE;
    return { ...parseLocks(readFileSync('/proc/locks', 'utf8')), complete };
  } catch {
    return { exact: new Set(), inodes: new Set(), complete: false };
  }
}

function listed(table: LockTable, dir: string): Listed {
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return 'free';
  const major = ((stat.dev >>> 8) & 0xfff) | (Math.floor(stat.dev / 2 ** 32) & ~0xfff);
  const minor = (stat.dev & 0xff) | ((stat.dev >>> 12) & 0xfff00);
  if (table.exact.has(`${major}:${minor}:${stat.ino}`)) return 'locked';
  if (!table.complete || table.inodes.has(String(stat.ino))) return 'doubtful';
  return PLAIN_FILE_SYSTEMS.has(statfsSync(dir).type) ? 'free' : 'doubtful';
}

/**
 * Which of these directories are locked exclusively, at this instant.
 *
 * Reads /proc/locks; only where that cannot be conclusive one shell tries a shared lock on the doubtful ones. The kernel stops
 * all locking for that file, which takes ten milliseconds.
 */
export function lockedDirs(dirs: readonly string[]): ReadonlySet<string> {
  if (dirs.length === 0) return new Set();
  const table = readLockTable();
  const answers = dirs.map((dir) => ({ dir, answer: listed(table, dir) }));
  const doubtful = answers.filter(({ answer }) => answer === 'doubtful').map(({ dir }) => dir);
  const locked = answers.filter(({ answer }) => answer === 'locked').map(({ dir }) => dir);
  return new Set([...locked, ...(doubtful.length === 0 ? [] : tryLocks(doubtful))]);
}

/** Exit code 1 of `flock -n` is a conflict; anything else (the directory is gone) is no lock. */
function tryLocks(dirs: readonly string[]): readonly string[] {
  const script = 'for dir do flock -s -n "$dir/." true 2>/dev/null; echo $?; done';
  const codes = runShell(script, dirs).stdout.split('\n');
  return dirs.filter((_, i) => codes[i] === '1');
}

/** A lock held for this process. */
export interface HeldLock {
  release(): Promise<void>;
}

/** How {@link holdLock} takes a lock. */
export interface LockOptions {
  readonly wait: boolean;
  /** Ends the waiting; without it there is no end. */
  readonly seconds?: number;
  /** A file that is locked shared before; it is made when it is missing. */
  readonly sharing?: string;
}

/**
 * Takes the exclusive flock of a directory and holds it until released or until this process ends.
 *
 * The holder is another process that waits for the end of its input, so it cannot outlive us: that of a worker, or a shell. The lock
 * follows the directory through renames.
 * @returns undefined when somebody else holds it (only with `wait: false`) or the directory is gone
 */
export async function holdLock(
  dir: string,
  { wait, seconds, sharing }: LockOptions,
): Promise<HeldLock | undefined> {
  const release = await takeLock({ dir, sharing });
  if (typeof release === 'function') return { release };
  if (release === false && !wait) return undefined;
  const first = sharing === undefined ? [] : ['flock', '--no-fork', '-s', sharing];
  const limit = seconds === undefined ? [] : ['-w', String(seconds)];
  return hold([...first, 'flock', '--no-fork', '-x', ...(wait ? limit : ['-n']), `${dir}/.`]);
}

/** Takes the exclusive flock of a file, which is made when it is missing, and waits for it. */
export function holdFileLock(file: string): Promise<HeldLock | undefined> {
  return hold(['flock', '--no-fork', '-x', file]);
}

async function hold([flock = '', ...words]: readonly string[]): Promise<HeldLock | undefined> {
  const child = spawn(flock, [...words, '/bin/sh', '-c', 'echo; read -r _'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  const taken = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
    once(child, 'error').then(([error]) =>
      Promise.reject(new RktFailure(`cannot run flock: ${String(error)}`)),
    ),
  ]);
  return taken ? { release: () => endHolder(child) } : undefined;
}

async function endHolder(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}
