import { mkdirSync, watch } from 'node:fs';

import { Observable, catchError, defer } from 'rxjs';

import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';

/**
 * The names that change in a directory, which is created if it does not exist. Cold.
 *
 * @throws RKT_ERR_DATA_DIR or RKT_ERR_PERMISSION through the stream, when it cannot be created or watched
 */
export function watchDirectory(directory: string): Observable<string> {
  return defer(() => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return namesChanging(directory);
  }).pipe(
    catchError((cause: unknown) => {
      const tried = `Could not watch ${directory}`;
      const denied = permissionError(cause, tried, directory);
      throw denied ?? new RktError('RKT_ERR_DATA_DIR', `${tried}: ${reasonOf(cause)}`, { cause });
    }),
  );
}

/**
 * The names that change in a directory, also after it was renamed. Cold. Errors of the system, such as ENOENT and EACCES, come
 * through the stream.
 */
export function namesChanging(directory: string): Observable<string> {
  return new Observable<string>((subscriber) => {
    const watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name !== null) subscriber.next(name);
    });
    watcher.on('error', (error) => subscriber.error(error));
    return () => watcher.close();
  });
}
