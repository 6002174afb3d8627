import { access, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the files of a running pod tell of it (rkt's own layout, read only):
 * fly and kvm write `pid`, the systemd flavors `ppid`.
 */
export interface PodStart {
  readonly pid: number;
  /** fly runs the app itself under that pid, chrooted, with the host's network; `ended` came too late to tell. */
  readonly flavor: 'fly' | 'other' | 'ended';
}

export const podDirectory = (rktDir: string, podId: string): string => join(rktDir, 'pods', 'run', podId);

/** Reads how a pod started; undefined before it did, or when the data directory cannot be read. */
export async function readPodStart(podDir: string): Promise<PodStart | undefined> {
  const supervisor = await readPid(join(podDir, 'ppid'));
  if (supervisor !== undefined) return { pid: supervisor, flavor: 'other' };
  const pid = await readPid(join(podDir, 'pid'));
  if (pid === undefined) return undefined;
  return { pid, flavor: await flavorOf(pid) };
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
