import { access, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the files of a running pod show (rkt's own layout, read only): fly and kvm write `pid`, the systemd flavors `ppid`, and the
 * embedded rkt's oci both: `pid` is the first process of the pod's pid namespace, `ppid` the runtime that waits for it.
 */
export interface PodStart {
  readonly pid: number;
  /** fly runs the app itself under that pid, chrooted, with the host's network; `ended` came too late to know. */
  readonly flavor: 'fly' | 'oci' | 'other' | 'ended';
}

export const podDirectory = (rktDir: string, podId: string): string => join(rktDir, 'pods', 'run', podId);

/** Where a pod is until it runs; its directory is renamed then. */
export const preparedPodDirectory = (rktDir: string, podId: string): string =>
  join(rktDir, 'pods', 'prepared', podId);

/** Written by the embedded rkt in the last moment before the app, if RKT_STREAMS_STARTED is this name. */
export const STARTED_FILE = 'started';

/** The files of a pod whose change can mean that its app runs. */
export const START_FILES: ReadonlySet<string> = new Set(['pid', 'ppid', STARTED_FILE]);

/** Reads how a pod started; undefined before it did, or when the data directory cannot be read. */
export async function readPodStart(podDir: string): Promise<PodStart | undefined> {
  const supervisor = await readPid(join(podDir, 'ppid'));
  if (supervisor !== undefined) {
    return (await isOciPod(podDir)) ? ociStart(podDir, supervisor) : { pid: supervisor, flavor: 'other' };
  }
  const pid = await readPid(join(podDir, 'pid'));
  if (pid === undefined) return undefined;
  return { pid, flavor: await flavorOf(pid) };
}

/** True for a pod that the embedded rkt has given to an OCI runtime: the root of its processes is visible through /proc. */
export async function isOciPod(podDir: string): Promise<boolean> {
  return readlink(join(podDir, 'stage1/rootfs/flavor')).then(
    (flavor) => flavor === 'oci',
    () => false,
  );
}

/** The words of a process that runc turns into the first one of a pod, later. */
const RUNC_INIT = /(?:^|\/)runc\0init\0$/;

/** The init that the embedded rkt puts before the app. */
const INIT = /^\/dev\/\.rkt-init\0/;

/**
 * The pid is known some time before the runtime's child becomes the pod's first process; until then crun's words are those of the
 * child as well. As long as an init has no app, a signal to it would be lost: it is the first process of a pid namespace.
 */
async function ociStart(podDir: string, runtime: number): Promise<PodStart | undefined> {
  const pid = await readPid(join(podDir, 'pid'));
  if (pid === undefined) return undefined;
  const [words, runtimeWords] = await Promise.all([commandLine(pid), commandLine(runtime)]);
  if (words === '') return { pid, flavor: 'ended' };
  if (words === runtimeWords || RUNC_INIT.test(words)) return undefined;
  return INIT.test(words) && !(await hasChild(pid)) ? undefined : { pid, flavor: 'oci' };
}

/** True also where the kernel does not say. */
async function hasChild(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').then(
    (children) => children.trim() !== '',
    () => true,
  );
}

/** Empty for a process that is gone. */
async function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

/** Only the flavors that are not chrooted, the systemd ones and kvm, can have a network of their own. */
async function flavorOf(pid: number): Promise<PodStart['flavor']> {
  try {
    return (await readlink(`/proc/${pid}/root`)) === '/' ? 'other' : 'fly';
  } catch {
    return 'ended';
  }
}

async function readPid(path: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(path, 'utf8')).trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

/** True when a pod directory can be seen at all, so that its files may be trusted over `rkt status`. */
export async function canSee(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
