import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';

import { EXIT_FAILURE } from './exit-codes.ts';
import { GLOBAL_OPTIONS, flagOf } from './global-options.ts';
import { serveNomadPlugin } from './nomad-serve.ts';

/** V8 gives up speed that an idle process does not need for a third of its memory; what loads the driver comes after. */
const SMALL = ['--no-opt', '--max-lazy', '--optimize-for-size'];

/**
 * What the launcher in a plugin directory starts: `rkt-streams nomad plugin` without the rest of the command line, since
 * an agent starts a plugin three times before it is up.
 */
function flagsOf(args: readonly string[]): Readonly<Record<string, unknown>> {
  const known = GLOBAL_OPTIONS.map(({ key, value }) => ({
    key,
    flag: flagOf(key).slice(2),
    type: value === undefined ? ('boolean' as const) : ('string' as const),
  }));
  const options = Object.fromEntries([
    ['config', { type: 'string' as const }],
    ...known.map(({ flag, type }) => [flag, { type }] as const),
  ]);
  const { values } = parseArgs({ args: [...args], options });
  return Object.fromEntries(
    Object.entries(values).map(([flag, value]) => [
      known.find((one) => one.flag === flag)?.key ?? flag,
      value,
    ]),
  );
}

try {
  SMALL.forEach((flag) => setFlagsFromString(flag));
  process.exit(await serveNomadPlugin(flagsOf(process.argv.slice(2))));
} catch (error) {
  process.stderr.write(`rkt-streams nomad plugin: ${(error as Error).message}\n`);
  process.exit(EXIT_FAILURE);
}
