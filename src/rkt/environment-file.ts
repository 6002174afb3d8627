import { writeFile } from 'node:fs/promises';

import { RktError } from '../model/rkt-error.ts';

const FLAG = '--set-env=';
/** rkt reads lines into a buffer of 64 KiB, and silently drops a longer line and everything after it. */
const LONGEST_LINE_BYTES = 65_535;

/** Arguments of `rkt prepare`, with the variables in a file instead. */
export interface FiledEnvironment {
  readonly args: readonly string[];
  /** The contents of the file; undefined when there are no variables. */
  readonly text: string | undefined;
  readonly values: readonly string[];
}

/**
 * Removes the variables from the arguments of `rkt prepare`, which every user of the machine can read while it runs.
 *
 * @throws {@link RktError} RKT_ERR_TASK_CONFIG for a value that rkt cannot read from a file
 */
export function filedEnvironment(args: readonly string[], file: string): FiledEnvironment {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const at = flags.findIndex((arg) => arg.startsWith(FLAG));
  if (at === -1) return { args, text: undefined, values: [] };
  const pairs = flags.filter((arg) => arg.startsWith(FLAG)).map((arg) => arg.slice(FLAG.length));
  pairs.forEach(checkPair);
  const rest = args.filter((arg, index) => index >= flags.length || !arg.startsWith(FLAG));
  const text = pairs.map((pair) => `${pair}\n`).join('');
  const values = pairs.map((pair) => pair.slice(pair.indexOf('=') + 1));
  return { args: [...rest.slice(0, at), `--set-env-file=${file}`, ...rest.slice(at)], text, values };
}

/** Writes the file, readable only by its owner; an existing file is an error. */
export async function writeEnvironmentFile(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
}

function checkPair(pair: string): void {
  const problem = problemOf(pair);
  if (problem === undefined) return;
  const name = pair.slice(0, pair.indexOf('='));
  throw new RktError(
    'RKT_ERR_TASK_CONFIG',
    `the value of the variable ${name} ${problem}, which rkt cannot read from its --set-env-file; put it into a file of a volume, or use the embedded rkt`,
  );
}

function problemOf(pair: string): string | undefined {
  if (pair.includes('\n')) return 'contains a line break';
  if (pair.endsWith('\r')) return 'ends with a carriage return';
  const isLong = Buffer.byteLength(pair) >= LONGEST_LINE_BYTES;
  return isLong ? `makes a line of ${LONGEST_LINE_BYTES} bytes or more` : undefined;
}
