import { RktError } from '../model/rkt-error.ts';
import { processTree } from '../sources/process-info.ts';

/**
 * Kills a process with all its descendants. They are stopped first, from the top down, so that none can fork
 * meanwhile.
 */
export async function killTree(topPid: number): Promise<void> {
  const stopped = new Set<number>();
  for (let found: readonly number[] = [topPid]; found.length > 0;) {
    found.forEach((pid) => {
      sendSignal(pid, 'SIGSTOP');
      stopped.add(pid);
    });
    found = (await processTree(topPid)).filter((pid) => !stopped.has(pid));
  }
  stopped.forEach((pid) => sendSignal(pid, 'SIGKILL'));
}

/** A process that is gone needs no signal. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    const why = (error as Error).message;
    throw new RktError('RKT_ERR_STOP', `Could not send ${signal} to process ${pid}: ${why}`, {
      cause: error,
    });
  }
}
