import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';

/** The disk usage of a directory, and the size of its file system. */
export interface DiskSpace {
  readonly usageBytes: number;
  readonly limitBytes: number;
  /** Absent for a file system that does not count inodes. */
  readonly inodes?: number;
  readonly inodesFree?: number;
}

/** The disk usage of directories, measured in the background from time to time. */
export interface DiskUsage {
  /**
   * The latest measurement; undefined before the first, and when it failed. Returns immediately: a due value is
   * measured in the background, one directory at a time.
   */
  latest(directory: string, nowMs: number): DiskSpace | undefined;
  forget(directory: string): void;
}

export interface DiskUsageOptions {
  /** The age at which a value is measured again; 60 000 by default. */
  readonly everyMs?: number;
  readonly measure?: (directory: string) => Promise<DiskSpace | undefined>;
}

interface Entry {
  space: DiskSpace | undefined;
  dueAtMs: number;
  isQueued: boolean;
}

const EVERY_MS = 60_000;
/** A directory that takes longer is not measured. */
const TIMEOUT_MS = 20_000;
const BYTES_PER_KIB = 1_024;

export function createDiskUsage({
  everyMs = EVERY_MS,
  measure = measureDisk,
}: DiskUsageOptions = {}): DiskUsage {
  const entries = new Map<string, Entry>();
  let queue = Promise.resolve();
  const refresh = async (directory: string, entry: Entry): Promise<void> => {
    // It was removed while others were measured.
    if (entries.get(directory) !== entry) return;
    entry.space = await measure(directory).catch(() => undefined);
    entry.isQueued = false;
  };
  return {
    latest(directory, nowMs) {
      const entry = entries.get(directory) ?? { space: undefined, dueAtMs: nowMs, isQueued: false };
      entries.set(directory, entry);
      // A clock that was set back makes it due as well.
      if (!entry.isQueued && (nowMs >= entry.dueAtMs || entry.dueAtMs > nowMs + everyMs)) {
        entry.isQueued = true;
        entry.dueAtMs = nowMs + everyMs;
        queue = queue.then(() => refresh(directory, entry));
      }
      return entry.space;
    },
    forget: (directory) => void entries.delete(directory),
  };
}

async function measureDisk(directory: string): Promise<DiskSpace | undefined> {
  const usageBytes = await sizeOf(directory);
  if (usageBytes === undefined) return undefined;
  const { blocks, bsize, files, ffree } = await statfs(directory);
  const inodes = files > 0 ? { inodes: files, inodesFree: ffree } : {};
  return { usageBytes, limitBytes: blocks * bsize, ...inodes };
}

/**
 * With du, at the lowest priority and on one file system: walking the tree in this process would cost the event loop
 * a hundred times as much.
 */
function sizeOf(directory: string): Promise<number | undefined> {
  const argv = ['-n', '19', 'du', '-skx', '--', directory];
  const options = {
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, LC_ALL: 'C' },
  } as const;
  return new Promise((resolve) => {
    execFile('nice', argv, options, (error, stdout, stderr) => {
      const kib = /^(\d+)\t/.exec(stdout)?.[1];
      // Files that disappear during the walk are not a failure; unreadable ones would be missing from the sum.
      const odd = stderr
        .split('\n')
        .filter((line) => line !== '' && !line.endsWith('No such file or directory'));
      const isKilled = error !== null && (error.killed === true || error.signal != null);
      resolve(kib === undefined || odd.length > 0 || isKilled ? undefined : Number(kib) * BYTES_PER_KIB);
    });
  });
}
