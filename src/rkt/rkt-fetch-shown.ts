import { text } from 'node:stream/consumers';

import { RktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import { parseImageIds, type FetchOptions } from './rkt-fetch.ts';
import { imageFailureCode } from './network-trouble.ts';

/** `bars`: rkt draws on our terminal. `lines`: it prints a line for each thing that is done. */
export type ProgressStyle = 'bars' | 'lines';

export interface ShownFetchOptions extends Pick<FetchOptions, 'insecureOptions' | 'signal'> {
  readonly style: ProgressStyle;
  /** Called with each line that rkt prints, in the style `lines`. */
  readonly onLine: (line: string) => void;
}

/**
 * Runs `rkt fetch` for one image, without a time limit, with its progress on our stderr. When the signal aborts, rkt is
 * ended and waited for.
 *
 * @returns the id of the image; undefined when the signal has aborted
 * @throws {@link RktError} RKT_ERR_IMAGE, RKT_ERR_IMAGE_LIMIT, or RKT_ERR_RKT_MISSING when rkt cannot be executed
 */
export async function fetchShown(
  runner: RktRunner,
  image: string,
  { style, insecureOptions = [], signal, onLine }: ShownFetchOptions,
): Promise<string | undefined> {
  const insecure = insecureOptions.length === 0 ? [] : [`--insecure-options=${insecureOptions.join(',')}`];
  const argv = [...runner.binary.command, ...runner.globalArgs, ...insecure, 'fetch', '--full', image];
  const child = await runner.spawn(argv, {
    detached: false,
    stdout: 'pipe',
    stderr: style === 'bars' ? process.stderr.fd : 'pipe',
    env: { RKT_STREAMS_PROGRESS: style },
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    const printed = child.stdout === undefined ? Promise.resolve('') : text(child.stdout);
    const said = linesTo(child.stderr, onLine);
    const { exitCode, signal: death } = await child.closed;
    if (signal?.aborted === true) return undefined;
    if (exitCode === 0) return parseImageIds(await printed)[0];
    const stderr = await said;
    const how = death === undefined ? `exited with ${exitCode ?? 0}` : `was killed by ${death}`;
    // what rkt draws on the terminal it also explains there
    const why =
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^fetch: /, '') ?? '';
    throw new RktError(
      imageFailureCode(stderr),
      `rkt cannot fetch ${image}: ${style === 'bars' || why === '' ? `it ${how}` : why}`,
      { stderr, ...(exitCode === undefined ? {} : { exitCode }) },
    );
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Passes the lines on, but for the one that says why rkt fails, and ends with all of them. */
async function linesTo(
  stream: NodeJS.ReadableStream | undefined,
  onLine: (line: string) => void,
): Promise<string> {
  if (stream === undefined) return '';
  let all = '';
  let begun = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    all += chunk;
    const lines = `${begun}${chunk}`.split('\n');
    begun = lines.pop() ?? '';
    lines.filter((line) => !line.startsWith('fetch: ')).forEach(onLine);
  }
  return all;
}
