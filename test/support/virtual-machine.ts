import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { hostProgram } from './host-program.ts';

const run = promisify(execFile);
const META_PACKAGE = 'linux-image-cloud-amd64';
const MODULES = './lib/modules/*/kernel/drivers/net/veth.ko';

/** Why the machine cannot be had here. */
export class NoMachine extends Error {}

/** A kernel and its first file system. */
export interface Machine {
  readonly kernel: string;
  readonly initramfs: string;
}

/** The program that emulates this architecture. @throws NoMachine */
export function emulator(): string {
  if (process.arch !== 'x64') throw new NoMachine(`no kernel is known for ${process.arch}`);
  const qemu = hostProgram('qemu-system-x86_64');
  if (qemu === undefined) throw new NoMachine('qemu-system-x86_64 is not installed');
  return qemu;
}

/**
 * A kernel for {@link boot}: the one named by RKT_STREAMS_TEST_KERNEL, else Debian's for clouds, downloaded into a
 * directory and unpacked there, not installed.
 *
 * @throws NoMachine where there is neither
 */
export async function fetchKernel(directory: string): Promise<string> {
  const named = process.env['RKT_STREAMS_TEST_KERNEL'];
  if (named !== undefined) return named;
  try {
    const { stdout } = await run('apt-cache', ['depends', META_PACKAGE]);
    const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
    if (name === undefined) throw new Error(`apt does not know ${META_PACKAGE}`);
    await run('apt-get', ['download', name], { cwd: directory });
    const archive = (await readdir(directory)).find((file) => file.endsWith('.deb')) ?? '';
    const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -x --wildcards "./boot/vmlinuz-*" "${MODULES}"`;
    await run('sh', ['-c', unpack, 'sh', archive], { cwd: directory });
    const [kernel = ''] = await readdir(join(directory, 'boot'));
    return join(directory, 'boot', kernel);
  } catch (error) {
    const why = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    throw new NoMachine(`no kernel: ${why} (RKT_STREAMS_TEST_KERNEL can name one)`);
  }
}

/** The driver of virtual Ethernet devices, which is no part of Debian's kernel; undefined for a kernel that was named. */
export async function vethModule(directory: string): Promise<string | undefined> {
  const modules = join(directory, 'lib/modules');
  const [release] = await readdir(modules).catch(() => []);
  return release === undefined ? undefined : join(modules, release, 'kernel/drivers/net/veth.ko');
}

/**
 * Starts a machine of two CPUs without network or disk and returns what it writes to its console until it restarts.
 *
 * Emulated in software: a machine inside of a machine can seldom use the CPU's own support, and some hang when they try.
 *
 * @throws Error when it takes longer than the deadline, with the end of what it wrote
 */
export async function boot({ kernel, initramfs }: Machine, deadlineMs: number): Promise<readonly string[]> {
  const args = [
    ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1536', '-nographic', '-no-reboot', '-nic', 'none'],
    ...['-kernel', kernel, '-initrd', initramfs],
    ...['-append', 'console=ttyS0 loglevel=1 panic=-1 rdinit=/init mitigations=off'],
  ];
  const signal = AbortSignal.timeout(deadlineMs);
  const qemu = spawn(emulator(), args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
  const lines: string[] = [];
  for (const output of [qemu.stdout, qemu.stderr]) {
    createInterface(output).on('line', (line) => lines.push(line.trimEnd()));
  }
  const ended = once(qemu, 'close');
  try {
    await ended;
  } catch (error) {
    throw new Error(`the machine did not end: ${lines.slice(-20).join('\n')}`, { cause: error });
  }
  return lines;
}
