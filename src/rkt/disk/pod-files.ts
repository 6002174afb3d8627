import { existsSync, readFileSync, readlinkSync } from 'node:fs';
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

/**
 * Reads how a pod started; undefined before it did, or when the data directory cannot be read.
 *
 * Synchronous on purpose: these files have just been written or are of the kernel, and a start reads them several times.
 */
export function readPodStart(podDir: string): PodStart | undefined {
  const supervisor = readPid(join(podDir, 'ppid'));
  if (supervisor !== undefined) {
    return isOciPod(podDir) ? ociStart(podDir, supervisor) : { pid: supervisor, flavor: 'other' };
  }
  const pid = readPid(join(podDir, 'pid'));
  if (pid === undefined) return undefined;
  return { pid, flavor: flavorOf(pid) };
}

/** True for a pod that the embedded rkt has given to an OCI runtime: the root of its processes is visible through /proc. */
export function isOciPod(podDir: string): boolean {
  try {
    return readlinkSync(join(podDir, 'stage1/rootfs/flavor')) === 'oci';
  } catch {
    return false;
  }
}

/** The words of a process that runc turns into the first one of a pod, later. */
const RUNC_INIT = /(?:^|\/)runc\0init\0$/;

/** The init that the embedded rkt puts before the app. */
const INIT = /^\/dev\/\.rkt-init\0/;

/**
 * The pid is known some time before the runtime's child becomes the pod's first process; until then crun's words are those of the
 * child as well. As long as an init has no app, a signal to it would be lost: it is the first process of a pid namespace.
 */
function ociStart(podDir: string, runtime: number): PodStart | undefined {
  const pid = readPid(join(podDir, 'pid'));
  if (pid === undefined) return undefined;
  const words = commandLine(pid);
  if (words === '') return { pid, flavor: 'ended' };
  if (words === commandLine(runtime) || RUNC_INIT.test(words)) return undefined;
  return INIT.test(words) && !hasChild(pid) ? undefined : { pid, flavor: 'oci' };
}

/** True also where the kernel does not say. */
function hasChild(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() !== '';
  } catch {
    return true;
  }
}

/** Empty for a process that is gone. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Only the flavors that are not chrooted, the systemd ones and kvm, can have a network of their own. */
function flavorOf(pid: number): PodStart['flavor'] {
  try {
    return readlinkSync(`/proc/${pid}/root`) === '/' ? 'other' : 'fly';
  } catch {
    return 'ended';
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

/** True when a pod directory can be seen at all, so that its files may be trusted over `rkt status`. */
export function canSee(path: string): boolean {
  return existsSync(path);
}
