import { readFile, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { processIdSchema } from '../model/process-id.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { taskFiles } from './task-files.ts';

/** The publisher of an exit. */
const noteSchema = z.object({ owner: processIdSchema, instance: z.string() });

/**
 * The drivers of this process that were not shut down: the id of the process does not distinguish them from earlier
 * ones.
 */
const openHere = new Set<string>();

/** Registers the driver for later ones of this process until it is shut down. */
export function registerInstance({ instance, shutdown }: Pick<OpsContext, 'instance' | 'shutdown'>): void {
  if (shutdown.aborted) return;
  openHere.add(instance);
  shutdown.addEventListener('abort', () => openHere.delete(instance), { once: true });
}

/**
 * Records in the directory of the task, under its publisher name, that this driver has published the exit: a later
 * driver of that name does not publish it again. Drivers of other names have separate records, and one without a name
 * has none.
 */
export async function notePublished(ctx: OpsContext, startToken: string): Promise<void> {
  const { publisher, owner, instance, logger } = ctx;
  if (publisher === '') return;
  const path = taskFiles(ctx.dataDir, startToken).published(publisher);
  await writeFile(path, `${JSON.stringify({ owner, instance })}\n`, { mode: 0o600 }).catch(
    (error: unknown) => {
      // The task was destroyed meanwhile, so no later driver will find it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      logger.warn(
        { error, path },
        'Could not record that an exit was published; a later driver publishes it again',
      );
    },
  );
}

/** True when a driver of this name has published the exit and has ended. A concurrent one has its own streams. */
export async function wasPublished(ctx: OpsContext, startToken: string): Promise<boolean> {
  if (ctx.publisher === '') return false;
  const path = taskFiles(ctx.dataDir, startToken).published(ctx.publisher);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const note = parseNote(text);
  if (note === undefined || note.instance === ctx.instance) return true;
  if (!(await isAlive(note.owner))) return true;
  return note.owner.pid === ctx.owner.pid && !openHere.has(note.instance);
}

/** Undefined for the record of a driver that was killed while writing it, which happens after the event. */
function parseNote(text: string): z.output<typeof noteSchema> | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
