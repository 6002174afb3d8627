import { catchError, filter, from, merge, type Observable } from 'rxjs';

import { namesChanging } from '../files/directory-watch.ts';
import { START_FILES, podDirectory, preparedPodDirectory } from '../rkt/disk/pod-files.ts';
import type { SpawnedShim } from './spawn-shim.ts';

/**
 * Emits when the app of a pod may have started: when rkt writes one of the files that say so, and when the shim has ended. Errors
 * when the directory of the pod cannot be watched.
 */
export function startPushes(rktDir: string, podId: string, { ended }: SpawnedShim): Observable<unknown> {
  const written$ = namesChanging(preparedPodDirectory(rktDir, podId)).pipe(
    // It runs already.
    catchError(() => namesChanging(podDirectory(rktDir, podId))),
    filter((name) => START_FILES.has(name)),
  );
  return merge(written$, from(ended));
}
