import { RktError } from '../../model/rkt-error.ts';

/**
 * A path as one word of a line of a unit file.
 *
 * @throws RKT_ERR_OPTIONS for a path with characters that a unit file gives another meaning
 */
export function unitWord(path: string): string {
  if (/^[\w/.,:+@=-]+$/.test(path)) return path;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `The path ${JSON.stringify(path)} cannot be written to a systemd unit; use letters, digits and /._,:+@=- only`,
  );
}
