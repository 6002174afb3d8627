import { useCompileCache } from './compile-cache.ts';
import { PLUGIN_VERSION } from '../model/agent-version.ts';
import { guardStandardStreams } from './standard-streams.ts';

/** The time for cleanup of the driver after a command; then the process exits anyway. */
const GRACE_MS = 200;

/** Loads what the command line needs, and nothing for what is answered without. */
async function main(argv: readonly string[]): Promise<void> {
  const outputFailure = guardStandardStreams();
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${PLUGIN_VERSION}\n`);
  } else if (argv[0] === 'rkt') {
    const { runEmbeddedRkt } = await import('./rkt-command.ts');
    process.exitCode = await runEmbeddedRkt(argv.slice(1));
  } else {
    useCompileCache();
    const { runProgram } = await import('./run-program.ts');
    await runProgram(argv, outputFailure);
  }
}

await main(process.argv.slice(2));
setTimeout(() => process.exit(), GRACE_MS).unref();
