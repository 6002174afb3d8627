import { setTimeout as delay } from 'node:timers/promises';

import type { Sandbox } from '../../support/sandbox.ts';
import { findVictims, type Victim, type VictimKind } from './victims.ts';

export interface KillerOptions {
  readonly sandbox: Sandbox;
  readonly draw: () => number;
  readonly kills: number;
  readonly durationMs: number;
  /** The process of the session that runs now. */
  readonly driver: () => number | undefined;
  readonly onKill: (victim: Victim) => void;
  readonly signal: AbortSignal;
}

/** What is killed how often, and what is stopped for a moment in between. */
const WEIGHTS: readonly (readonly [VictimKind, number])[] = [
  ['driver', 0.35],
  ['shim', 0.15],
  ['rkt', 0.2],
  ['app', 0.3],
];
const PAUSE_SHARE = 0.25;
const PAUSE_MS = 300;
/** How long to look for a process of the kind that was drawn: an rkt command lives for a moment only. */
const SEARCH_MS = 1_000;

/**
 * Kills at random moments, spread over the duration; on a busy machine it takes longer. Returns how many of each kind were
 * killed.
 */
export async function killAtRandom(options: KillerOptions): Promise<ReadonlyMap<VictimKind, number>> {
  const { draw, kills, durationMs } = options;
  const killed = new Map<VictimKind, number>();
  const end = performance.now() + durationMs;
  let left = kills;
  while (left > 0 && !options.signal.aborted) {
    await delay((draw() * 1.5 * Math.max(0, end - performance.now())) / left);
    if (draw() < PAUSE_SHARE) await pause(options);
    const victim = await search(options, drawKind(draw()));
    if (victim === undefined || !send(victim, 'SIGKILL')) continue;
    left -= 1;
    options.onKill(victim);
    killed.set(victim.kind, (killed.get(victim.kind) ?? 0) + 1);
  }
  return killed;
}

/** Stops a process for a moment: it is late then, and must do no harm when it goes on. */
async function pause(options: KillerOptions): Promise<void> {
  const victim = await search(options, drawKind(options.draw()));
  if (victim === undefined || !send(victim, 'SIGSTOP')) return;
  await delay(options.draw() * PAUSE_MS);
  send(victim, 'SIGCONT');
}

function drawKind(drawn: number): VictimKind {
  let sum = 0;
  for (const [kind, weight] of WEIGHTS) if (drawn < (sum += weight)) return kind;
  return 'app';
}

async function search(
  { sandbox, draw, driver }: KillerOptions,
  kind: VictimKind,
): Promise<Victim | undefined> {
  const deadline = performance.now() + SEARCH_MS;
  const drawn = draw();
  while (performance.now() < deadline) {
    const pid = driver();
    const found =
      kind === 'driver'
        ? pid === undefined
          ? []
          : [{ kind, pid, taskId: undefined, command: '' }]
        : findVictims(sandbox).filter((victim) => victim.kind === kind);
    if (found.length > 0) return found[Math.floor(drawn * found.length)];
    await delay(10);
  }
  return undefined;
}

/** False when it is gone by now. */
function send({ pid }: Victim, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
