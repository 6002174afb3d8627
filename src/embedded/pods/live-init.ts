import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pid and the start time of the first process of an isolated pod, as they were when it started. */
const INIT_START = 'oci/init-start';

/**
 * The first process of an isolated pod, while it runs. It can outlive the runtime that waits for it and holds the pod's lock: then
 * the pod still runs.
 */
export function liveInit(podDir: string): number | undefined {
  try {
    const [pid = '', startTicks] = readFileSync(join(podDir, INIT_START), 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === startTicks ? Number(pid) : undefined;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
