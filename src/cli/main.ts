import { CommanderError } from 'commander';

import { permissionError } from '../model/permission.ts';
import { EXIT_OK, EXIT_USAGE, exitCodeOfError } from './exit-codes.ts';
import { errorText } from './cli-output.ts';
import { createProgram } from './program.ts';
import { runEmbeddedRkt } from './rkt-command.ts';
import { guardStandardStreams } from './standard-streams.ts';

/** The time for cleanup of the driver after a command; then the process exits anyway. */
const GRACE_MS = 200;

async function main(argv: readonly string[]): Promise<void> {
  const outputFailure = guardStandardStreams();
  if (argv[0] === 'rkt') {
    process.exitCode = await runEmbeddedRkt(argv.slice(1));
    return;
  }
  let running: string | undefined;
  const program = createProgram().hook('preAction', (_program, action) => {
    running = action.name();
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    const failure = outputFailure();
    if (failure !== undefined)
      throw new Error(`Could not write to standard output: ${failure.message}`, { cause: failure });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
      return;
    }
    const shown = permissionError(error, 'The command failed') ?? error;
    process.stderr.write(errorText(shown, errorStyle(argv)));
    process.exitCode = exitCodeOfError(error, running);
  }
}

/** Parsed separately: the settings themselves may be invalid. */
function errorStyle(argv: readonly string[]): { json: boolean; debug: boolean } {
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const { RKT_STREAMS_JSON: json = '', RKT_STREAMS_LOG_LEVEL: level } = process.env;
  const at = ours.indexOf('--log-level');
  return {
    json: ours.includes('--json') || ['1', 'true', 'yes'].includes(json.toLowerCase()),
    debug: ours.includes('--log-level=debug') || (at === -1 ? level : ours[at + 1]) === 'debug',
  };
}

await main(process.argv.slice(2));
setTimeout(() => process.exit(), GRACE_MS).unref();
