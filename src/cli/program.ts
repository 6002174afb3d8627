import { Command, Option, type CommanderError } from 'commander';

import { RktError } from '../model/errors.ts';
import { PLUGIN_VERSION } from '../model/plugin.ts';
import { agentCommand } from './agent.ts';
import { auditCommand } from './audit.ts';
import { demoCommand } from './demo.ts';
import { eventsCommand } from './events.ts';
import { execCommand } from './exec.ts';
import { fingerprintCommand } from './fingerprint.ts';
import { GLOBAL_OPTIONS, flagOf } from './global-options.ts';
import { withExamples } from './help.ts';
import { imageCommand } from './image.ts';
import { inspectCommand } from './inspect.ts';
import { logsCommand } from './logs.ts';
import { nomadCommand } from './nomad.ts';
import { psCommand } from './ps.ts';
import { rktCommand } from './rkt.ts';
import { rmCommand } from './rm.ts';
import { runCommand } from './run.ts';
import { signalCommand } from './signal.ts';
import { statsCommand } from './stats.ts';
import { stopCommand } from './stop.ts';
import { topCommand } from './top.ts';
import { waitCommand } from './wait.ts';

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

/** The whole command line. Parsing it runs a command; what is wrong with it is thrown as RKT_ERR_OPTIONS. */
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

/** Help and version were asked for and printed; anything else is a mistake. */
function stopParsing(error: CommanderError): void {
  if (error.exitCode === 0 || error.code === 'commander.help') throw error;
  // A suggestion stands on a line of its own.
  const what = error.message.replace(/^error: /, '').replace(/\n(\(Did you mean [^\n]*\))$/, ' $1');
  throw new RktError('RKT_ERR_OPTIONS', what, { cause: error });
}
