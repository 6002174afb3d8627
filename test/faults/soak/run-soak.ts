import { mkdir } from 'node:fs/promises';

import { random } from '../../support/random.ts';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { cleanUp } from './clean-up.ts';
import { killAtRandom } from './killer.ts';
import { live } from './live.ts';
import { readRecord, recordDirOf, recordingScript } from './record.ts';
import { SessionKeeper } from './session-keeper.ts';
import type { SessionEvent, Target } from './session.ts';
import { agentTarget } from './sessions/agent.ts';
import { libraryTarget } from './sessions/library.ts';
import { pluginTarget } from './sessions/plugin.ts';
import { isUnknown, judge, type Finding, type Life } from './verdict.ts';
import type { Victim, VictimKind } from './victims.ts';

export const TARGETS = { library: libraryTarget, agent: agentTarget, plugin: pluginTarget } as const;
export type TargetName = keyof typeof TARGETS;

export interface SoakOptions {
  readonly target: TargetName;
  readonly durationMs: number;
  readonly kills: number;
  readonly seed: number;
}

export interface SoakResult {
  readonly target: TargetName;
  readonly seed: number;
  readonly lives: readonly Life[];
  /** How often the driver process was started. */
  readonly sessions: number;
  readonly kills: ReadonlyMap<VictimKind, number>;
  readonly deaths: readonly Death[];
  /** Ends that no one can know, as their shim was killed. */
  readonly unknown: number;
  readonly findings: readonly Finding[];
  /** Pods that a killed rkt left half made or half removed, so that `rkt gc` alone finds them. */
  readonly garbage: number;
  /** What was left on the machine in the end. */
  readonly leaked: readonly string[];
}

const AT_ONCE = 4;

/** Runs lives of tasks while processes are killed, and compares what was reported with what the apps wrote down. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const sandbox = await createSandbox();
  const { lives, sessions, kills, deaths } = await runLives(sandbox, options);
  const { garbage, leaked } = await cleanUp(sandbox, deaths);
  return {
    target: options.target,
    seed: options.seed,
    lives,
    sessions,
    kills,
    deaths,
    unknown: lives.filter(isUnknown).length,
    findings: lives.flatMap(judge),
    garbage,
    leaked,
  };
}

interface Lived {
  readonly lives: readonly Life[];
  readonly sessions: number;
  readonly kills: ReadonlyMap<VictimKind, number>;
  readonly deaths: readonly Death[];
}

async function runLives(sandbox: Sandbox, { target, durationMs, kills, seed }: SoakOptions): Promise<Lived> {
  const recordDir = recordDirOf(sandbox.base);
  await mkdir(recordDir);
  const events: SessionEvent[] = [];
  const opened: Target = await TARGETS[target](sandbox);
  const keeper = new SessionKeeper(opened, (event) => events.push(event));
  await keeper.get();
  const deaths: Death[] = [];
  const stop = new AbortController();
  const killing = killAtRandom({
    ...{ sandbox, draw: random(seed + 1), kills, durationMs, signal: stop.signal },
    driver: () => keeper.pid,
    onKill: (victim) => deaths.push({ ...victim, atMs: performance.now() }),
  });
  const end = performance.now() + durationMs;
  const phase = { isKilling: true };
  void killing.finally(() => (phase.isKilling = false));
  const draw = random(seed);
  const lives: Omit<Life, 'recordInTheEnd'>[] = [];
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end || phase.isKilling) {
      const id = `${target}-${(count += 1)}`;
      const script = recordingScript(
        { recordDir, taskId: id },
        Math.round(draw() * 150) / 100,
        Math.floor(draw() * 120),
      );
      const beganMs = performance.now();
      const lived = await live(keeper, { id, script, recordDir });
      const killed = killedOf(id, beganMs, deaths);
      lives.push({ id, killed, record: readRecord(recordDir, id), events: [], ...lived });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker)).finally(() => stop.abort());
  await keeper.close();
  const eventsOf = (id: string): SessionEvent[] => events.filter(({ taskId }) => taskId === id);
  return {
    lives: lives.map((life) => ({
      ...life,
      recordInTheEnd: readRecord(recordDir, life.id),
      events: eventsOf(life.id),
    })),
    sessions: keeper.sessions,
    kills: await killing,
    deaths,
  };
}

/** A victim, and when it was killed: in ms of the run's clock. */
export interface Death extends Victim {
  readonly atMs: number;
}

/** The end of a driver is noticed a moment later: until then it is still asked. */
const NOTICED_MS = 1_000;

function killedOf(id: string, beganMs: number, deaths: readonly Death[]): Life['killed'] {
  const own = deaths.filter(({ kind, taskId, atMs }) =>
    kind === 'driver' ? atMs >= beganMs - NOTICED_MS : taskId === id,
  );
  return new Set(own.map(({ kind }) => kind));
}
