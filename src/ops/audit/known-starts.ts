import { readFile } from 'node:fs/promises';

import type { AuditFinding } from '../../model/audit.ts';
import type { StoredTask } from '../../registry/stored-task.ts';
import type { OpsContext } from '../ops-context.ts';
import { isHalfDestroyed } from '../finish-destroy.ts';
import { isDeadStart } from '../undo-start.ts';

/** The starts that the state files of the data directory know. */
export interface KnownStarts {
  /** Tokens of starts whose task is known, or may be: nothing of these is a leftover. */
  readonly tokens: ReadonlySet<string>;
  /** Starts and destroys that no driver will finish. */
  readonly dead: readonly {
    readonly entry: StoredTask;
    readonly why: string;
    readonly isHalfDestroyed: boolean;
  }[];
  /** State files that cannot be read. */
  readonly damaged: readonly Omit<AuditFinding, 'outcome'>[];
  /** A damaged file does not name its start: any leftover may belong to it. */
  readonly isAnyUnknown: boolean;
}

const TOKEN = /"startToken":\s*"(?<token>[\w-]{1,64})"/;

/**
 * To be called after the machine was checked: the state file of a start is written before it creates anything else.
 */
export async function knownStarts(ctx: OpsContext): Promise<KnownStarts> {
  const { entries, failures } = await ctx.store.loadAll();
  const tokens = new Set(ctx.registry.list().map(({ startToken }) => startToken));
  const dead: KnownStarts['dead'][number][] = [];
  for (const entry of entries) {
    const why = await whyDead(entry);
    if (why === undefined || tokens.has(entry.startToken)) tokens.add(entry.startToken);
    else dead.push({ entry, why, isHalfDestroyed: entry.handle !== undefined });
  }
  const damaged = await Promise.all(
    failures.map(async ({ file, error }) => {
      const text = await readFile(file, 'utf8').catch(() => '');
      const startToken = TOKEN.exec(text)?.groups?.['token'];
      if (startToken !== undefined) tokens.add(startToken);
      return {
        kind: 'state-file' as const,
        what: file,
        why: error.what,
        ...(startToken !== undefined && { startToken }),
      };
    }),
  );
  return { tokens, dead, damaged, isAnyUnknown: damaged.some(({ startToken }) => startToken === undefined) };
}

async function whyDead(entry: StoredTask): Promise<string | undefined> {
  if (await isHalfDestroyed(entry)) return `task "${entry.id}" was being destroyed when its driver died`;
  if (await isDeadStart(entry)) return `the start of task "${entry.id}" was never finished`;
  return undefined;
}
