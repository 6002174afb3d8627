import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** A mount namespace that exists until it is closed, the caller that of its processes comes and goes. */
export interface Namespace {
  /** What has to stand before a command so that it runs in here, by the same pid. */
  readonly enter: readonly string[];
  /** Processes that are in here: pid and command line. */
  readonly processes: () => readonly { readonly pid: number; readonly command: string }[];
  /** Lines of its mount table that hold a text. */
  readonly mounts: (text: string) => readonly string[];
  /** Kills what is still in here. */
  readonly close: () => Promise<void>;
}

export async function openNamespace(): Promise<Namespace> {
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const inside = namespaceHeldBy(holder.pid ?? 0);
  return {
    ...inside,
    async close() {
      inside.killAll();
      const ended = once(holder, 'close');
      holder.stdin.end();
      await ended;
    },
  };
}

/** The mount namespace of a process that stays, without this process. */
export function namespaceHeldBy(holder: number): Omit<Namespace, 'close'> & { readonly killAll: () => void } {
  const id = namespaceOf(String(holder));
  const processes: Namespace['processes'] = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid) && pid !== String(holder) && namespaceOf(pid) === id)
      .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }));
  return {
    enter: ['nsenter', `--mount=/proc/${holder}/ns/mnt`],
    processes,
    mounts: (text) =>
      read(`/proc/${holder}/mountinfo`)
        .split('\n')
        .filter((line) => line.includes(text)),
    killAll() {
      for (const { pid } of processes()) kill(pid);
    },
  };
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

/** What has ended by itself need not be killed. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
