import { mkdirSync, watch } from 'node:fs';

import { Observable } from 'rxjs';

/** The names that change in a directory, which is made when it is not there. Cold; errors when it cannot be watched. */
export function watchDirectory(directory: string): Observable<string> {
  return new Observable((subscriber) => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name !== null) subscriber.next(name);
    });
    watcher.on('error', (error) => subscriber.error(error));
    return () => watcher.close();
  });
}
