import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Command } from 'commander';

import { RktFailure } from '../embedded/embedded-context.ts';
import { renamed } from '../files/regular-file.ts';
import { exhaustionCode } from '../model/exhaustion.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { RktError } from '../model/rkt-error.ts';
import type { OpsSession } from './command-session.ts';
import { copyPlaces, type CopyPlace } from './copy/copy-places.ts';
import { copyTo, openSource, unpackTo, type PlacedPath } from './copy/copy-tree.ts';
import { hostRoot, taskRoot } from './copy/tree-root.ts';
import type { WriteOptions } from './copy/write-tree.ts';
import { findTask } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import { withTasks } from './with-tasks.ts';

interface CopyFlags {
  readonly archive?: boolean;
  readonly followLink?: boolean;
}

/** `rkt-streams cp SOURCE TARGET`: copies files between a running task and this machine. */
export function cpCommand(program: Command): void {
  const command = program
    .command('cp')
    .description(
      'Copies a file or directory between a running task and this machine. One of the two paths is ID:PATH, the other one a path ' +
        'here, or - for a tar on standard input or output. A directory that exists is copied into; DIR/. means what is in it.',
    )
    .argument('<source>', 'ID:PATH, a path, or - for a tar')
    .argument('<target>', 'a path, ID:PATH, or - for a tar')
    .option('-a, --archive', 'keep the owners; otherwise the files belong to root in a task, and to you here')
    .option('-L, --follow-link', 'copy what the source links to, not the link')
    .action((source: string, target: string, flags: CopyFlags, self: Command) => {
      const places = copyPlaces(source, target);
      return withTasks(self, async (session) => {
        try {
          await copy(session, places, flags);
        } catch (error) {
          throw copyError(error, `${source} could not be copied to ${target}`);
        }
        if (session.output.isJson) session.output.print({ source, target }, () => '');
        return undefined;
      });
    });
  withExamples(command, [
    ['cp web:/etc/nginx/nginx.conf .', 'A file of a task'],
    ['cp ./site/. web:/srv/www', 'What is in a directory, into one of a task'],
    ['cp web:/var/log - | tar -t', 'A directory as a tar'],
  ]);
}

async function copy(
  session: OpsSession,
  { source, target }: ReturnType<typeof copyPlaces>,
  { archive = false, followLink = false }: CopyFlags,
): Promise<void> {
  const warn: WriteOptions['warn'] = (text) => session.output.warn(text);
  const { signal } = session.interrupt;
  const from = await placed(session, source);
  const to = await placed(session, target);
  try {
    const options = { warn, ...(to !== undefined && !archive && { owner: to.root.owner }) };
    if (from === undefined) {
      if (to !== undefined) await unpackTo(process.stdin, to, options);
      return;
    }
    const opened = await openSource(from, followLink);
    const tarOf = (as: string): Readable => {
      const tar = opened.tar(as, warn);
      signal.addEventListener('abort', () => tar.destroy(new Error('interrupted')), { once: true });
      return tar;
    };
    try {
      if (to !== undefined) await copyTo({ ...opened, tar: tarOf }, to, options);
      else
        await pipeline(tarOf(opened.isContents ? '.' : opened.name || '.'), process.stdout, { end: false });
    } finally {
      await opened.close();
    }
  } finally {
    await Promise.all([from?.root.close(), to?.root.close()]);
  }
}

/** Where a path is; undefined for a stream. */
async function placed(session: OpsSession, place: CopyPlace): Promise<PlacedPath | undefined> {
  if (place.kind === 'stream') return undefined;
  if (place.kind === 'host') {
    const path = resolve(process.cwd(), place.path);
    // What resolve removes has a meaning here.
    const end = /\/\.?$|(?<=^|\/)\.$/.exec(place.path)?.[0] ?? '';
    return { root: hostRoot(), path: end === '' ? path : `${path}/${end === '/' ? '' : '.'}` };
  }
  const refresh = async (): Promise<ReturnType<typeof findTask>> =>
    findTask(await session.listTasks(), place.task);
  return { root: await taskRoot(await refresh(), refresh), path: place.path };
}

function copyError(error: unknown, what: string): RktError {
  if (error instanceof RktError) return error;
  if (error instanceof RktFailure) return new RktError('RKT_ERR_COPY', `${what}: ${error.describe(false)}`);
  const denied = permissionError(error, what);
  if (denied !== undefined) return denied;
  const cause = /\/proc\/self\/fd\//.test((error as Error).message) ? renamed(error, 'it') : error;
  return new RktError(exhaustionCode(error) ?? 'RKT_ERR_COPY', `${what}: ${reasonOf(cause)}`, {
    cause: error,
  });
}
