import { RktError } from '../../model/rkt-error.ts';

/** One side of a copy: a path in a task, a path of this machine, or `-` for a tar on standard input or output. */
export type CopyPlace =
  | { readonly kind: 'task'; readonly task: string; readonly path: string }
  | { readonly kind: 'host'; readonly path: string }
  | { readonly kind: 'stream' };

/** Reads `ID:PATH`, a path, or `-`. A path with a colon begins with `/` or `.`, as with docker. @throws RKT_ERR_OPTIONS */
export function copyPlace(text: string): CopyPlace {
  if (text === '-') return { kind: 'stream' };
  if (text === '') throw new RktError('RKT_ERR_OPTIONS', 'An empty path cannot be copied');
  const colon = text.indexOf(':');
  if (colon === -1 || text.startsWith('/') || text.startsWith('.')) return { kind: 'host', path: text };
  if (colon === 0) throw new RktError('RKT_ERR_OPTIONS', `${text} names no task before the colon`);
  const path = text.slice(colon + 1);
  if (path === '') throw new RktError('RKT_ERR_OPTIONS', `${text} names no path after the colon`);
  // As with docker, a path in a task begins at its root.
  return { kind: 'task', task: text.slice(0, colon), path: path.startsWith('/') ? path : `/${path}` };
}

/** Source and target: one of them is in a task, and only one. @throws RKT_ERR_OPTIONS */
export function copyPlaces(
  from: string,
  to: string,
): { readonly source: CopyPlace; readonly target: CopyPlace } {
  const [source, target] = [copyPlace(from), copyPlace(to)];
  const inTasks = [source, target].filter(({ kind }) => kind === 'task').length;
  if (inTasks === 1) return { source, target };
  const what = inTasks === 0 ? 'Neither path is' : 'Both paths are';
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${what} in a task: one of them is ID:PATH, the other one a path of this machine, or - for a tar`,
  );
}
