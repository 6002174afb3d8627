import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** A pipe whose reader went away, and a terminal that was closed. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Keeps the process alive when standard input, output or error break: what a command has begun it also has to end, whether
 * anybody can still be told or not. Every write to a broken stream fails again.
 *
 * @returns what else went wrong with standard output first, such as a full disk; undefined when nothing did
 */
export function guardStandardStreams(): () => Error | undefined {
  const { stdout, stderr } = process;
  let failure: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code)) failure ??= error;
  });
  stderr.on('error', () => undefined);
  // Touching a standard input of another kind would open it for reading.
  if (isatty(0)) process.stdin.on('error', () => undefined);
  leaveLostTerminals();
  return () => failure;
}

/** Node gives terminals back as they were when it ends, and aborts over one that is gone, but not over a closed descriptor. */
function leaveLostTerminals(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals.filter((one) => !isatty(one))) closeSync(fd);
  });
}
