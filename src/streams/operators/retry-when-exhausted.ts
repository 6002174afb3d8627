import { retry, throwError, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';

import { exhaustionCode } from '../../model/exhaustion.ts';
import { isRktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';

const RETRY_MS = 1_000;

/** Subscribes again, a second later, to a stream that failed because descriptors, memory or processes had run out. */
export function retryWhenExhausted<T>(
  { scheduler, logger }: { readonly scheduler: SchedulerLike; readonly logger: Logger },
  what: string,
): MonoTypeOperatorFunction<T> {
  return retry({
    delay: (error: unknown) => {
      const isPassing =
        isRktError(error, 'RKT_ERR_RESOURCES') || exhaustionCode(error) === 'RKT_ERR_RESOURCES';
      if (!isPassing) return throwError(() => error);
      logger.warn({ error }, `${what} waits until there are resources again`);
      return timer(RETRY_MS, scheduler);
    },
  });
}
