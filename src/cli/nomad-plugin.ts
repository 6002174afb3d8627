import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';

import { printable } from '../model/printable.ts';
import { reasonOf } from '../model/reason-of.ts';
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
  const keys = GLOBAL_OPTIONS.filter(({ value }) => value !== undefined).map(({ key }) => key);
  const names = new Map([['config', 'config'], ...keys.map((key) => [flagOf(key).slice(2), key] as const)]);
  const options = Object.fromEntries([...names.keys()].map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [names.get(name) ?? name, value]));
}

try {
  SMALL.forEach((flag) => setFlagsFromString(flag));
  process.exit(await serveNomadPlugin(flagsOf(process.argv.slice(2))));
} catch (error) {
  process.stderr.write(`rkt-streams nomad plugin: ${printable(reasonOf(error))}\n`);
  process.exit(EXIT_FAILURE);
}
