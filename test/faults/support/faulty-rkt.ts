import { writeFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EMBEDDED_RKT } from '../../support/replay/rkt-process.ts';

/**
 * What an rkt may do wrong: exit with 254, never end, be late, print bytes that mean nothing, print far too much, print an
 * answer that is well formed and not true, die half way, or die when all is done, without an answer.
 */
export const MODES = ['fail', 'hang', 'slow', 'garble', 'flood', 'lie', 'crash', 'die-late'] as const;
export type Mode = (typeof MODES)[number];

export type Fault = readonly [subcommand: string, mode: Mode];

export interface FaultyRkt {
  /** The executable, for the driver's `rkt` option. */
  readonly path: string;
  /** From now on this subcommand goes wrong in this way, and so may others, each in its own. */
  readonly break: (subcommand: string, mode: Mode, ...others: readonly Fault[]) => void;
  /** From now on it is an embedded rkt like any other. */
  readonly heal: () => void;
}

/** Puts an embedded rkt into a directory that can be made to misbehave while a driver uses it. */
export async function faultyRkt(directory: string): Promise<FaultyRkt> {
  const path = join(directory, 'faulty-rkt');
  const fault = join(directory, 'fault');
  const set = (...faults: readonly Fault[]): void =>
    writeFileSync(fault, faults.map((words) => `${words.join(' ')}\n`).join(''));
  set();
  await writeFile(path, scriptFor(fault));
  await chmod(path, 0o755);
  return {
    path,
    break: (subcommand, mode, ...others) => set([subcommand, mode], ...others),
    heal: () => set(),
  };
}

/** A lie is the same answer for a pod that is not the one, or no answer where there is one. */
const scriptFor = (fault: string): string => `#!/bin/sh
subcommand=
for arg do
  case $arg in -*) ;; *) subcommand=$arg; break ;; esac
done
while read -r broken mode; do
  [ "$subcommand" = "$broken" ] || continue
  case $mode in
    fail) echo "$subcommand: broken on purpose" >&2; exit 254 ;;
    hang) exec sleep 1000 ;;
    slow) sleep 0.5 ;;
    garble) printf '\\001\\377{]"%s\\000\\033[2J' "$subcommand"; exit 0 ;;
    flood) exec head -c 20000000 /dev/zero ;;
    lie)
      case $subcommand in
        prepare | rm) echo 11111111-2222-4333-8444-555555555555 ;;
        list) echo '[]' ;;
      esac
      exit 0 ;;
    crash) kill -KILL $$ ;;
    die-late) /bin/sh '${EMBEDDED_RKT}' "$@" >/dev/null; kill -KILL $$ ;;
  esac
done <'${fault}'
exec /bin/sh '${EMBEDDED_RKT}' "$@"
`;
