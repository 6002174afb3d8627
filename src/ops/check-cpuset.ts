import { missingCpus } from '../model/cpu-list.ts';
import { RktError } from '../model/rkt-error.ts';
import type { TaskResources } from '../model/task-resources.ts';
import { onlineCores, onlineMemoryNodes } from '../sources/online.ts';

/**
 * Refuses, before anything is created, a task with cores or memory nodes that the machine does not have.
 *
 * @throws {@link RktError} RKT_ERR_TASK_CONFIG
 */
export function checkCpuset({ cpusetCpus, cpusetMems }: TaskResources): void {
  check('cpusetCpus', cpusetCpus, 'core', onlineCores());
  check('cpusetMems', cpusetMems, 'memory node', onlineMemoryNodes());
}

function check(key: string, wanted: string | undefined, word: string, online: string): void {
  const missing = wanted === undefined ? [] : missingCpus(wanted, online);
  if (missing.length === 0) return;
  const numbers = `${word}${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`;
  throw new RktError(
    'RKT_ERR_TASK_CONFIG',
    `task.resources.${key}: this machine has no ${numbers} online; choose from ${online} (got ${JSON.stringify(wanted)})`,
  );
}
