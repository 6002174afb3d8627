import type { Writable } from 'node:stream';

/** Lines that a host does not read are buffered in memory; beyond this they are dropped. */
const BACKLOG_BYTES = 1024 * 1024;

/** The used part of process.stderr. */
export type LogStream = Pick<Writable, 'on' | 'write' | 'writableLength'>;

/**
 * Writes lines to a pipe whose reader may be slow, or gone: lines that cannot be written are dropped and counted, and
 * the count is logged in a separate line. Without the error listener here, the first line after the host's death
 * would end the process, and the next host would find no plugin.
 */
export function createLogPipe(
  stream: LogStream,
  lostLine: (count: number) => string,
): (line: string) => void {
  let isBroken = false;
  let lost = 0;
  stream.on('error', () => {
    isBroken = true;
  });
  return (line) => {
    if (isBroken) return;
    if (stream.writableLength > BACKLOG_BYTES) {
      lost += 1;
      return;
    }
    if (lost > 0) stream.write(lostLine(lost));
    lost = 0;
    stream.write(line);
  };
}

/**
 * Keeps stdout for the handshake: whatever else is written to it becomes lines of the log.
 *
 * The host takes the first line of stdout for the handshake and refuses anything else.
 */
export function guardStdout(stdout: Pick<Writable, 'on' | 'write'>, onLine: (line: string) => void): void {
  stdout.on('error', () => undefined);
  stdout.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of text.split('\n')) if (line.trim() !== '') onLine(line);
    const done = rest.find((one) => typeof one === 'function');
    if (done !== undefined) process.nextTick(done);
    return true;
  }) as Writable['write'];
}
