import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { REMAIN_KINDS, type AuditFinding, type AuditOptions, type AuditReport } from '../../model/audit.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { stateFileName } from '../../registry/state-store.ts';
import { isSocketAbandoned } from '../../sources/unix-socket.ts';
import type { OpsContext } from '../ops-context.ts';
import { finishDestroy } from '../finish-destroy.ts';
import { lockAgent } from '../lock-agent.ts';
import { undoStart } from '../undo-start.ts';
import { knownStarts, type KnownStarts } from './known-starts.ts';
import { mountsOfPod } from './mounts-of-pod.ts';
import { isThere, removeRemain } from './remove-remain.ts';
import { findRemains, type Remain } from './remains.ts';

interface Orphan {
  readonly finding: Omit<AuditFinding, 'outcome' | 'error'>;
  /** Absent if this program must not remove it. */
  readonly remove?: () => Promise<void>;
}

const NO_STATE = 'no state file belongs to it';

/**
 * Finds leftovers that belong to no task of the data directory, and removes them on request. Skips everything that
 * belongs to a start in progress, in this driver or another, to another data directory, or whose owner is unknown.
 *
 * @throws {@link RktError} RKT_ERR_STATE_FILE when the state directory cannot be read
 */
export async function audit(ctx: OpsContext, { fix = false }: AuditOptions = {}): Promise<AuditReport> {
  // In this order: a start creates its state file first, and removes it last.
  const { remains, unchecked } = await findRemains(ctx);
  const known = await knownStarts(ctx);
  const orphans = [
    ...stateFiles(ctx, known),
    ...(await orphansOf(ctx, remains, known)),
    ...(await abandonedSocket(ctx)),
  ].sort((a, b) => REMAIN_KINDS.indexOf(a.finding.kind) - REMAIN_KINDS.indexOf(b.finding.kind));
  const findings: AuditFinding[] = [];
  for (const { finding, remove } of orphans) {
    if (!fix) findings.push({ ...finding, outcome: 'found' });
    else if (known.isAnyUnknown)
      findings.push(left(finding, 'a state file that cannot be read may belong to it'));
    else if (remove === undefined)
      findings.push(left(finding, 'repair the file, or remove it when its task is gone'));
    else findings.push(await removed(ctx, finding, remove));
  }
  return { findings, unchecked };
}

async function removed(
  ctx: OpsContext,
  finding: Orphan['finding'],
  remove: () => Promise<void>,
): Promise<AuditFinding> {
  try {
    // The task may have been recovered by its handle meanwhile.
    const { tokens } = await knownStarts(ctx);
    if (finding.startToken !== undefined && tokens.has(finding.startToken))
      return left(finding, 'its task is now known');
    await remove();
    ctx.logger.info({ ...finding }, 'Removed leftovers that belonged to no task');
    return { ...finding, outcome: 'removed' };
  } catch (error) {
    return left(finding, reasonOf(error));
  }
}

function left(finding: Orphan['finding'], error: string): AuditFinding {
  return { ...finding, outcome: 'left', error };
}

function stateFiles(ctx: OpsContext, { dead, damaged }: KnownStarts): readonly Orphan[] {
  return [
    ...damaged.map((finding) => ({ finding })),
    ...dead.map(({ entry, why, isHalfDestroyed }): Orphan => ({
      finding: {
        kind: 'state-file',
        what: join(ctx.store.directory, stateFileName(entry.id)),
        why,
        startToken: entry.startToken,
      },
      remove: async () => {
        await (isHalfDestroyed ? finishDestroy(ctx, entry) : undoStart(ctx, entry));
      },
    })),
  ];
}

async function orphansOf(
  ctx: OpsContext,
  remains: readonly Remain[],
  { tokens, dead }: KnownStarts,
): Promise<readonly Orphan[]> {
  const whys = new Map(dead.map(({ entry, why }) => [entry.startToken, why]));
  const unknown = remains.filter(({ startToken }) => !tokens.has(startToken));
  const mounts = unknown.filter(({ kind }) => kind === 'pod').flatMap((pod) => mountsOfPod(ctx, pod));
  const found: Orphan[] = [];
  for (const remain of [...unknown, ...mounts]) {
    // The destroy of a task may have removed it meanwhile.
    if (!(await isThere(ctx, remain))) continue;
    const { kind, what, startToken } = remain;
    const why = whys.get(startToken) ?? NO_STATE;
    found.push({ finding: { kind, what, why, startToken }, remove: () => removeRemain(ctx, remain) });
  }
  return found;
}

/** The socket of a killed agent. No process listens on it, and the next agent would replace it. */
async function abandonedSocket({ dataDir }: OpsContext): Promise<readonly Orphan[]> {
  const what = join(dataDir, 'agent.sock');
  if (!(await isSocketAbandoned(what))) return [];
  const finding = { kind: 'socket', what, why: 'no agent listens on it' } as const;
  return [{ finding, remove: () => removeSocket(dataDir, what) }];
}

/** Locked as by an agent that replaces it: its new socket has the same name. */
async function removeSocket(dataDir: string, socketPath: string): Promise<void> {
  const unlock = await lockAgent(dataDir, { socketPath, what: 'socket' });
  try {
    if (await isSocketAbandoned(socketPath)) await rm(socketPath, { force: true });
  } finally {
    await unlock();
  }
}
