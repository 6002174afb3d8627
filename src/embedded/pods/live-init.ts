import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pid and the start time of the first process of an isolated pod, as they were when it started. */
const INIT_START = 'oci/init-start';
/** The same for each app of a pod that has several. */
const APPS = 'oci/apps';

/**
 * The first process of an isolated pod, while it runs. It can outlive the runtime that waits for it and holds the pod's lock: then
 * the pod still runs.
 */
export function liveInit(podDir: string): number | undefined {
  return liveProcess(join(podDir, INIT_START));
}

/** The directories of the apps of an isolated pod, if it has several. */
export function appDirs(podDir: string): readonly string[] {
  try {
    const found = readdirSync(join(podDir, APPS), { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** The first process of one of several apps, while it runs. */
export function liveApp(podDir: string, appName: string): number | undefined {
  return liveProcess(join(podDir, APPS, appName, 'start'));
}

function liveProcess(startFile: string): number | undefined {
  try {
    const [pid = '', startTicks] = readFileSync(startFile, 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === startTicks ? Number(pid) : undefined;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
