import { RktError } from '../../../model/rkt-error.ts';
import { errnoCode } from '../../kernel-file.ts';

/** None of the files of a cgroup is there, nor its directory. */
export function cgroupSaysNothing(paths: readonly string[]): RktError {
  const where = paths.length === 0 ? 'it has none' : `nothing in ${paths.join(', ')}`;
  return new RktError('RKT_ERR_CGROUP', `Could not read the cgroup of a task: ${where}`);
}

export function cgroupUnreadable(paths: readonly string[], cause: unknown): RktError {
  const why = errnoCode(cause) === 'ENODEV' ? 'it is gone' : String(cause);
  const what = `Could not read the cgroup of a task in ${paths.join(', ')}: ${why}`;
  return new RktError('RKT_ERR_CGROUP', what, { cause });
}

/** Quotes the first line that is not a key with a number. */
export function cgroupFileMalformed(path: string, bytes: Uint8Array): RktError {
  const lines = new TextDecoder().decode(bytes).trim().split('\n');
  const line = lines.find((text) => !/^\S+ \d+$/.test(text)) ?? '';
  const quoted = JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  return new RktError('RKT_ERR_CGROUP_PARSE', `Could not read ${path}: unexpected line ${quoted}`);
}
