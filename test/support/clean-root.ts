import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { essentialPackages } from './debian-packages.ts';
import { runProgram, type ProgramResult } from './program.ts';

/** Variables of a login of root, and no others. */
const ENVIRONMENT = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C'];

/**
 * Fills a file system in memory, and makes it the root; of the machine, only devices, cgroups and the shared directory remain.
 * Nothing of it is deleted: it ends with its namespace. The first process reaps what is left to it.
 */
const SCRIPT = `
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
if [ -e "$2/root.tar" ]; then
  tar --extract --file "$2/root.tar"
else
  mkdir usr
  for name in bin sbin lib lib64; do mkdir "usr/$name"; ln -s "usr/$name" "$name"; done
  tar --directory / --create --no-recursion --ignore-failed-read --files-from "$2/paths" 2>/dev/null | tar --extract
  cp "$2/status" var/lib/dpkg/status
  cp usr/share/base-passwd/passwd.master etc/passwd
  cp usr/share/base-passwd/group.master etc/group
fi
mkdir -p proc sys dev tmp root old shared
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount --bind "$2" shared
ip link set lo up
pivot_root . old
exec chroot . /bin/sh -ec '
umount -l /old
rmdir /old
ldconfig
exec perl -e "\\$| = 1; \\$SIG{CHLD} = q(IGNORE); print qq(ready\\n); 1 while <STDIN>"'`;

/** A Debian with nothing installed, in namespaces of its own. */
export interface CleanRoot {
  /** A directory that is `/shared` inside. */
  readonly shared: string;
  /** Runs a command inside. */
  run(...words: readonly string[]): Promise<ProgramResult>;
  /** Starts a command inside; it is killed at the end, with everything else there. */
  start(...words: readonly string[]): ChildProcess;
  /** Runs a command of this machine in its network. */
  runInNetwork(...words: readonly string[]): Promise<ProgramResult>;
  close(): Promise<void>;
}

/** From `archive`, a tar of a Debian, or from the essential packages of this machine. */
export async function openCleanRoot(archive?: string): Promise<CleanRoot> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  const [root, shared] = [join(base, 'root'), join(base, 'shared')];
  for (const directory of [root, shared]) await mkdir(directory);
  if (archive === undefined) {
    const { paths, status } = essentialPackages();
    await writeFile(join(shared, 'paths'), paths.map((path) => `${path.slice(1)}\n`).join(''));
    await writeFile(join(shared, 'status'), status);
  } else await copyFile(archive, join(shared, 'root.tar'));
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--net'];
  const holder = spawn('unshare', [...namespaces, 'sh', '-ec', SCRIPT, 'sh', root, shared], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  const ready = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (String(ready[0]) !== 'ready\n')
    throw new Error(`there is no clean root: exit code ${String(ready[0])}`);
  const [first = ''] = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const enter = ['--target', first, '--mount', '--pid', '--net', ...ENVIRONMENT];
  return {
    shared,
    run: (...words) => runProgram('nsenter', [...enter, ...words]),
    start: (...words) => spawn('nsenter', [...enter, ...words], { stdio: ['ignore', 'pipe', 'pipe'] }),
    runInNetwork: (...words) => runProgram('nsenter', [`--net=/proc/${first}/ns/net`, ...words]),
    async close() {
      holder.kill('SIGKILL');
      await ended;
      await rmdir(root);
      await rm(base, { recursive: true });
    },
  };
}
