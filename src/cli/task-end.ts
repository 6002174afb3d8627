import { lastValueFrom } from 'rxjs';

import { isRktError } from '../model/rkt-error.ts';
import type { Session } from './command-session.ts';
import { followOthers } from './with-driver.ts';

/** Resolves when the task has ended, or the driver is shut down. */
export async function taskEnd(session: Session, id: string): Promise<void> {
  followOthers(session);
  try {
    await lastValueFrom(session.driver.waitTask(id));
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_SHUTDOWN')) throw error;
  }
}
