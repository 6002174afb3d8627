import { firstValueFrom, throwIfEmpty, type Observable } from 'rxjs';

import { RktError } from '../model/rkt-error.ts';

/** The first value of an endless stream, which completes without one when the driver is shut down. @throws RKT_ERR_SHUTDOWN */
export function presentValue<T>(source$: Observable<T>): Promise<T> {
  return firstValueFrom(source$.pipe(throwIfEmpty(() => new RktError('RKT_ERR_SHUTDOWN', ''))));
}
