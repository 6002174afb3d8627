import type { Command } from 'commander';

import { fetchShown } from '../../rkt/rkt-fetch-shown.ts';
import { fetchImages } from '../../rkt/rkt-fetch.ts';
import { listImages } from '../../rkt/rkt-image-list.ts';
import { exitCodeOfSignal } from '../exit-codes.ts';
import { withExamples } from '../help-examples.ts';
import { collectList } from '../flag-values.ts';
import { imageSource, type ImageSource } from './image-source.ts';
import { withRkt, type ImageSession } from './image-session.ts';
import { imageFacts } from './list-images.ts';

/** What a fetch of any kind takes. */
export interface PullFlags {
  readonly quiet?: boolean;
  readonly insecureOptions?: readonly string[];
}

const NO_LIMIT_MS = 2 ** 31 - 1;

/** `rkt-streams image pull`. */
export function addImagePull(image: Command): void {
  const command = addPullOptions(
    image
      .command('pull')
      .summary('fetch images into the store')
      .description(
        'Fetches images into the store, and prints the id of each. An image that has not changed is not downloaded again. ' +
          'Images of registries and archives have no signature; that of any other remote image is verified.',
      )
      .argument('<image...>', 'docker://NAME, the URL or file of an ACI, an image name, or an archive'),
  ).action((images: string[], flags: PullFlags, self: Command) =>
    withRkt(self, (session) =>
      pullAll(
        session,
        images.map((each) => imageSource(each, process.cwd())),
        flags,
      ),
    ),
  );
  withExamples(command, [
    ['image pull docker://redis:7', 'An image of Docker Hub'],
    ['pull docker://redis:7', 'The same in short'],
    ['image pull -q docker://localhost:5000/app example.com/tools:1.2', 'Two images, without progress'],
  ]);
}

export function addPullOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'print only the ids, no progress')
    .option(
      '--insecure-options <list>',
      "rkt's checks to disable: image, tls, http, … (default: image where there is no signature)",
      collectList,
    );
}

/** Fetches one image after the other; an interrupt ends all. */
export async function pullAll(
  session: ImageSession,
  sources: readonly ImageSource[],
  flags: PullFlags,
): Promise<number | undefined> {
  const { runner, output, interrupt } = session;
  for (const source of sources) source.check(runner);
  for (const source of sources) {
    const id = await pullImage(session, source, flags);
    const signal = interrupt.received();
    if (signal !== undefined || id === undefined) {
      await sweep(session);
      output.notice('Interrupted. What was downloaded is used by the next pull of the image within a day');
      return exitCodeOfSignal(signal ?? 'SIGTERM');
    }
    const found = (await listImages(runner)).find((image) => image.id === id);
    output.print({ image: source.shown, id, ...(found && imageFacts(found)) }, () => id);
  }
  return undefined;
}

/** Fetches one image; undefined when an interrupt has ended it. @throws RKT_ERR_IMAGE */
export async function pullImage(
  { runner, output, interrupt }: ImageSession,
  source: ImageSource,
  flags: PullFlags,
): Promise<string | undefined> {
  const { signal } = interrupt;
  const insecureOptions = flags.insecureOptions ?? source.insecureOptions;
  if (flags.quiet !== true && !output.isJson) {
    const style = process.stderr.isTTY ? 'bars' : 'lines';
    const onLine = (line: string): void => output.notice(line);
    return fetchShown(runner, source.argument, { style, insecureOptions, signal, onLine });
  }
  try {
    const fetched = await fetchImages(runner, [source.argument], {
      insecureOptions,
      signal,
      timeoutMs: NO_LIMIT_MS,
    });
    return fetched[0];
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Opening the store removes what a fetch that was ended has left in it. */
async function sweep({ runner }: ImageSession): Promise<void> {
  await listImages(runner);
}
