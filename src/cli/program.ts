import { Command, Option, type CommanderError } from 'commander';

import { RktError } from '../model/rkt-error.ts';
import { PLUGIN_VERSION } from '../model/plugin.ts';
import { agentCommand } from './agent-command.ts';
import { auditCommand } from './audit-command.ts';
import { demoCommand } from './demo-command.ts';
import { eventsCommand } from './events-command.ts';
import { execCommand } from './exec-command.ts';
import { fingerprintCommand } from './fingerprint-command.ts';
import { GLOBAL_OPTIONS, flagOf } from './global-options.ts';
import { withExamples } from './help-examples.ts';
import { imageCommand } from './image-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { logsCommand } from './logs-command.ts';
import { nomadCommand } from './nomad-command.ts';
import { psCommand } from './ps-command.ts';
import { rktCommand } from './rkt-command.ts';
import { rmCommand } from './rm-command.ts';
import { runCommand } from './run-command.ts';
import { signalCommand } from './signal-command.ts';
import { statsCommand } from './stats-command.ts';
import { stopCommand } from './stop-command.ts';
import { topCommand } from './top-command.ts';
import { waitCommand } from './wait-command.ts';

/** In the order of the help. */
const COMMANDS = [
  demoCommand,
  agentCommand,
  runCommand,
  psCommand,
  inspectCommand,
  eventsCommand,
  statsCommand,
  topCommand,
  logsCommand,
  waitCommand,
  stopCommand,
  signalCommand,
  execCommand,
  rmCommand,
  auditCommand,
  fingerprintCommand,
  imageCommand,
  nomadCommand,
  rktCommand,
];

const AFTER = `
Every option can also be set by an environment variable (RKT_STREAMS_DATA_DIR for --data-dir) or in the JSON file named
by --config or RKT_STREAMS_CONFIG ("dataDir"). Flags override variables, variables override the file.

Exit codes:
  0    done
  1    failed
  2    the command line or a setting is not valid; nothing was done
  run, exec and wait exit with the code of the task or command (128 + n after signal n),
  and with 125 when rkt-streams itself failed.`;

/** The whole command line. Parsing it runs a command; invalid input is thrown as RKT_ERR_OPTIONS. */
export function createProgram(): Command {
  const program = new Command('rkt-streams')
    .description('Starts, watches, measures and stops rkt pods.')
    .version(PLUGIN_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .exitOverride(stopParsing)
    .option('--config <file>', 'JSON file with any of these settings');
  for (const { key, value, help, isNegated } of GLOBAL_OPTIONS) {
    const flag = isNegated === true ? flagOf(key).replace('--', '--no-') : flagOf(key);
    program.addOption(new Option([flag, value].join(' ').trim(), help));
  }
  COMMANDS.forEach((add) => add(program));
  program.addHelpText('after', AFTER);
  return withExamples(program, [
    ['run --rm ./app.aci -- --greeting hello', 'Run an image in the foreground'],
    ['ps --watch', 'Watch the tasks'],
    ['stats --json --interval 500ms', 'Metrics as NDJSON'],
  ]);
}

/** Help and version were requested and printed; anything else is an error. */
function stopParsing(error: CommanderError): void {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  // A suggestion is on a separate line.
  const what = error.message.replace(/^error: /, '').replace(/\n(\(Did you mean [^\n]*\))$/, ' $1');
  throw new RktError('RKT_ERR_OPTIONS', what, { cause: error });
}
