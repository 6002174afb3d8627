import { CommanderError } from 'commander';

import { permissionError } from '../model/permission.ts';
import { EXIT_OK, EXIT_USAGE, exitCodeOfError } from './exit-codes.ts';
import { errorText } from './cli-output.ts';
import { withAppWords } from './app-words.ts';
import { helpWords } from './help-format.ts';
import { isJournal, journalPrefix } from './journal-priority.ts';
import { createProgram } from './program.ts';

/**
 * Runs a command line to its end, and sets the exit code of this process.
 *
 * @param outputFailure what went wrong with standard output, if anything did
 */
export async function runProgram(
  words: readonly string[],
  outputFailure: () => Error | undefined,
): Promise<void> {
  let running: string | undefined;
  const { argv: asked, isAllShown } = helpWords(words);
  const program = (await createProgram(asked, { isAllShown })).hook('preAction', (_program, action) => {
    running = action.name();
  });
  const argv = withAppWords(program, asked);
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
    const style = errorStyle(argv);
    const prefix = !style.json && isJournal() ? journalPrefix('error') : '';
    process.stderr.write(`${prefix}${errorText(shown, style)}`);
    process.exitCode = exitCodeOfError(error, running);
  }
}

/** Read by hand: the settings themselves may be what is wrong. */
function errorStyle(argv: readonly string[]): { json: boolean; debug: boolean } {
  const ours = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const { RKT_STREAMS_JSON: json = '', RKT_STREAMS_LOG_LEVEL: level } = process.env;
  const at = ours.indexOf('--log-level');
  return {
    json: ours.includes('--json') || ['1', 'true', 'yes'].includes(json.toLowerCase()),
    debug: ours.includes('--log-level=debug') || (at === -1 ? level : ours[at + 1]) === 'debug',
  };
}
