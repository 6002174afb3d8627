import { readFileSync } from 'node:fs';

import { RktError } from '../model/rkt-error.ts';

/**
 * The number of a group of this machine, given by name or number.
 *
 * @param what names the setting in the error
 * @throws RKT_ERR_OPTIONS
 */
export function hostGroupId(group: string, what: string, file = '/etc/group'): number {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = readFileSync(file, 'utf8').split('\n');
  const id = lines.map((line) => line.split(':')).find(([name]) => name === group)?.[2];
  if (id !== undefined) return Number(id);
  throw new RktError('RKT_ERR_OPTIONS', `${what} ${group} is neither a number nor a group of ${file}`);
}
