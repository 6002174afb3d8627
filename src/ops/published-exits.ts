import { readFile, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { processIdSchema } from '../model/process-id.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { taskFiles } from './task-files.ts';

/** Who has published an end. */
const noteSchema = z.object({ owner: processIdSchema, instance: z.string() });

/** The drivers of this process that were not shut down: its id alone does not tell them from earlier ones. */
const openHere = new Set<string>();

/** Makes the driver known to the later ones of this process until it is shut down. */
export function registerInstance({ instance, shutdown }: Pick<OpsContext, 'instance' | 'shutdown'>): void {
  if (shutdown.aborted) return;
  openHere.add(instance);
  shutdown.addEventListener('abort', () => openHere.delete(instance), { once: true });
}

/**
 * Notes in the task's directory that this driver has published the end, under its name: a later driver of that name leaves
 * it at that. Drivers of other names have their own notes, and one without a name has none.
 */
export async function notePublished(ctx: OpsContext, startToken: string): Promise<void> {
  const { publisher, owner, instance, logger } = ctx;
  if (publisher === '') return;
  const path = taskFiles(ctx.dataDir, startToken).published(publisher);
  await writeFile(path, `${JSON.stringify({ owner, instance })}\n`, { mode: 0o600 }).catch(
    (error: unknown) => {
      // The task was destroyed meanwhile, and no later driver will find it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      logger.warn(
        { error, path },
        'Could not record that an exit was published; a later driver publishes it again',
      );
    },
  );
}

/** True when a driver of this name has published the end and is over. One that lives beside this one has its own streams. */
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

/** Undefined for the note of a driver that was killed at writing it: it comes after the event. */
function parseNote(text: string): z.output<typeof noteSchema> | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
