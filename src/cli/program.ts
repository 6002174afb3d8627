import { Command, Option, type CommanderError } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import { PLUGIN_VERSION } from '../model/agent-version.ts';
import { COMMAND_TABLE } from './cli-commands.ts';
import { requireOneSource } from './contexts/one-source.ts';
import { requireLocal } from './contexts/require-local.ts';
import { GLOBAL_OPTIONS, flagOf } from './global-options.ts';
import { dockerHint } from './docker-hints.ts';
import { withExamples } from './help-examples.ts';
import { helpConfiguration, wrapped } from './help-format.ts';

const AFTER = `
Every setting can also be given by an environment variable (RKT_STREAMS_DATA_DIR for --data-dir) or in the config file ("dataDir"): the one that --config or RKT_STREAMS_CONFIG names, else /etc/rkt-streams/config.jsonc (root) or ~/.config/rkt-streams/config.jsonc. Flags override variables, variables override the file. --help-all prints all of them, also behind a command.

Exit codes:
  0    done
  1    failed
  2    the command line or a setting is not valid; nothing was done
  125  run, exec, wait: rkt-streams itself failed; their other codes are
       those of the task or command (128 + n after signal n), 126 and 127
       when its program cannot be executed or does not exist`;

/**
 * The command line. Parsing it runs a command; mistakes in it are thrown as RKT_ERR_OPTIONS.
 *
 * @param words loads the command that these name, and only lists the others; without them all commands are loaded
 */
export async function createProgram(
  words?: readonly string[],
  { isAllShown = false }: { readonly isAllShown?: boolean } = {},
): Promise<Command> {
  const program = new Command('rkt-streams')
    .description('Starts, watches, measures and stops rkt pods.')
    .version(PLUGIN_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .configureHelp(helpConfiguration(isAllShown))
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .exitOverride(stopParsing)
    .option('--help-all', 'print help with all settings')
    .option('--config <file>', 'JSON file with any of the settings, with comments; none for no file');
  for (const { key, short, value, help, isNegated } of GLOBAL_OPTIONS) {
    const flag = isNegated === true ? flagOf(key).replace('--', '--no-') : flagOf(key);
    program.addOption(
      new Option([[short, flag].filter((one) => one !== undefined).join(', '), value].join(' ').trim(), help),
    );
  }
  const wanted = words === undefined ? undefined : words[commandAt(words)];
  for (const { name, summary, load } of COMMAND_TABLE) {
    if (words === undefined || name === wanted)
      (await load())(program, (options) => createProgram(undefined, options));
    else program.command(name);
    program.commands.at(-1)?.summary(summary);
  }
  program.hook('preAction', (_, command) => {
    requireOneSource(command);
    requireLocal(command);
  });
  program.addHelpText('after', wrapped(AFTER));
  return withExamples(program, [
    ['run --rm ./app.aci -- --greeting hello', 'Run an image in the foreground'],
    ['ps --watch', 'Watch the tasks'],
    ['stats --json --interval 500ms', 'Metrics as NDJSON'],
  ]);
}

/** The index of the first word that is neither an option, nor the value of one, nor `help`; -1 without one. */
export function commandAt(words: readonly string[]): number {
  const valued = GLOBAL_OPTIONS.filter(({ value }) => value !== undefined && value !== '');
  const takesValue = new Set([
    '--config',
    ...valued.flatMap(({ key, short }) => [flagOf(key), ...(short === undefined ? [] : [short])]),
  ]);
  return words.findIndex(
    (word, at) => word !== 'help' && !word.startsWith('-') && !takesValue.has(words[at - 1] ?? ''),
  );
}

/** Help and version were asked for and printed; anything else is a mistake. */
function stopParsing(error: CommanderError): void {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  // A suggestion is on a separate line.
  const what = error.message.replace(/^error: /, '').replace(/\n(\(Did you mean [^\n]*\))$/, ' $1');
  const hint = dockerHint(what);
  throw new RktError(
    'RKT_ERR_OPTIONS',
    hint === '' ? what : `${what.replace(/ \(Did you mean .*$/, '')}${hint}`,
    {
      cause: error,
    },
  );
}
