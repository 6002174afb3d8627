import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import { getAbsolutePath } from '../../src/rkt/resolve-binary.ts';
import { closedOnInterrupt } from './interrupt.ts';

const run = promisify(execFile);
const IMAGE = 'bench:1';
const HOLD = 'umount /sys/fs/cgroup/unified 2>/dev/null; echo; exec cat';

/** A podman with storage and a mount namespace of its own, both gone when it is closed. */
export interface Podman {
  readonly version: string;
  /** `podman run -d` of a shell script in the image, with the network of the host. */
  start(name: string, script: string): Promise<void>;
  /** Ends it if it has not ended, and removes it: `podman wait` would poll. */
  destroy(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Undefined where podman or a static busybox for its image is not installed. */
export async function openPodman(): Promise<Podman | undefined> {
  const programs = await Promise.all(['podman', 'busybox'].map(findProgram));
  const [program, busybox] = programs;
  if (program === undefined || busybox === undefined) return undefined;
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-podman-'));
  const cgroup = basename(base);
  const holder = await holdMountNamespace();
  const podman = async (...args: readonly string[]): Promise<string> => {
    const own = ['root', 'run', 'tmp'].map(
      (dir, i) => `--${['root', 'runroot', 'tmpdir'][i]}=${join(base, dir)}`,
    );
    const mounts = `--mount=/proc/${holder.pid}/ns/mnt`;
    const how = ['--cgroup-manager=cgroupfs', '--storage-driver=overlay', '--events-backend=file'];
    return (await run('nsenter', [mounts, '--', program, ...own, ...how, ...args])).stdout.trim();
  };
  await importImage(base, busybox, podman);
  return {
    version: (await podman('version', '--format={{.Client.Version}}')).trim(),
    start: async (name, script) => {
      // More than the limit of this process would be refused where it has no right to raise it.
      const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'];
      await podman(
        'run',
        '-d',
        '--network=host',
        `--cgroup-parent=/${cgroup}`,
        ...limits,
        `--name=${name}`,
        IMAGE,
        '/bin/sh',
        '-c',
        script,
      );
    },
    destroy: async (name) => {
      await podman('rm', '--force', name);
    },
    close: closedOnInterrupt(async () => {
      await podman('rm', '--all', '--force').catch(() => undefined);
      holder.stdin?.end();
      await once(holder, 'exit');
      await removeCgroups(cgroup);
      await rm(base, { recursive: true, force: true });
    }),
  };
}

/** podman leaves the parent of its containers' cgroups. */
async function removeCgroups(name: string): Promise<void> {
  const hierarchies = await readdir('/sys/fs/cgroup');
  const left = ['', ...hierarchies]
    .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, name))
    .filter(existsSync);
  for (const path of left) await run('find', [path, '-depth', '-type', 'd', '-delete']);
}

async function findProgram(name: string): Promise<string | undefined> {
  return getAbsolutePath(name).catch(() => undefined);
}

/**
 * What podman mounts must not be seen by others, and goes away with the last process that sees it. crun refuses a hierarchy of v2
 * beside those of v1 if it has a controller.
 */
async function holdMountNamespace(): Promise<ChildProcess> {
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', HOLD], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

async function importImage(
  base: string,
  busybox: string,
  podman: (...args: readonly string[]) => Promise<string>,
): Promise<void> {
  const bin = join(base, 'rootfs/bin');
  await mkdir(bin, { recursive: true });
  await copyFile(busybox, join(bin, 'busybox'));
  await symlink('busybox', join(bin, 'sh'));
  const archive = join(base, 'rootfs.tar');
  await run('tar', ['-C', join(base, 'rootfs'), '-cf', archive, '.']);
  await podman('import', archive, IMAGE);
}
