import { isRktError } from '../model/rkt-error.ts';
import type { OpsContext } from './ops-context.ts';

/**
 * Waits for the save of something that a later driver can also derive from the exit file or the machine. A full disk
 * is then not a failure, only logged.
 *
 * @returns whether it could be saved
 */
export async function saveIfSpace(
  { logger }: Pick<OpsContext, 'logger'>,
  taskId: string,
  saved: Promise<unknown>,
): Promise<boolean> {
  try {
    await saved;
    return true;
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_NO_SPACE') && !isRktError(error, 'RKT_ERR_RESOURCES')) throw error;
    logger.warn({ error, taskId }, 'The state of a task could not be saved');
    return false;
  }
}
