import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';

import { printable } from '../model/printable.ts';
import { reasonOf } from '../model/reason-of.ts';
import { EXIT_FAILURE } from './exit-codes.ts';
import { GLOBAL_OPTIONS, flagOf } from './global-options.ts';
import { serveNomadPlugin } from './nomad-serve.ts';

/**
 * V8 trades speed that an idle process does not need for a third of its memory. Code that loads the driver comes
 * after this.
 */
const SMALL = ['--no-opt', '--max-lazy', '--optimize-for-size'];

/**
 * Entry point of the launcher in a plugin directory: `rkt-streams nomad plugin` without the rest of the command line,
 * because an agent starts a plugin three times before it is ready.
 */
function flagsOf(args: readonly string[]): Readonly<Record<string, unknown>> {
  const keys = GLOBAL_OPTIONS.filter(({ key, value }) => value !== undefined && key !== 'host').map(
    ({ key }) => key,
  );
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
