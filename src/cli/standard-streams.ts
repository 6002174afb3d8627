import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** A closed pipe, and a closed terminal. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Keeps the process alive when standard input, output or error break, because a command must finish what it has begun
 * even if nothing can be printed any more. Every write to a broken stream fails again.
 *
 * @returns the first other failure of standard output, such as a full disk; undefined if there was none
 */
export function guardStandardStreams(): () => Error | undefined {
  const { stdout, stderr } = process;
  let failure: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code)) failure ??= error;
  });
  stderr.on('error', () => undefined);
  // Accessing a standard input of another kind would open it for reading.
  if (isatty(0)) process.stdin.on('error', () => undefined);
  leaveLostTerminals();
  return () => failure;
}

/** Node restores terminals when it exits, and aborts on one that is gone, but not on a closed descriptor. */
function leaveLostTerminals(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals.filter((one) => !isatty(one))) closeSync(fd);
  });
}
