import { mkdirSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, systemErrorText, type RktContext } from '../embedded-context.ts';

/** Directories below `pods/`: the phase of a pod is the directory it lies in. */
export const PHASES = ['embryo', 'prepare', 'prepared', 'run', 'exited-garbage', 'garbage'] as const;
export type Phase = (typeof PHASES)[number];

/** Phases in which a pod is listed and can be named. */
export const VISIBLE_PHASES: readonly Phase[] = ['prepare', 'prepared', 'run', 'exited-garbage'];

/** A pod directory as found: it may move to another phase at any time. */
export interface PodEntry {
  readonly uuid: string;
  readonly phase: Phase;
  readonly dir: string;
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;

/** True for the name of a pod. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Path of a phase directory or of a pod in it. */
export function podPath(ctx: RktContext, phase: Phase, uuid = ''): string {
  return join(ctx.dir, 'pods', phase, uuid);
}

/** Creates the phase directories where missing. @throws RktFailure in rkt's words */
export function ensurePhases(ctx: RktContext): void {
  checkDataDir(ctx.dir);
  for (const dir of [ctx.dir, join(ctx.dir, 'pods'), ...PHASES.map((phase) => podPath(ctx, phase))]) {
    if (isDirectory(dir)) continue;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o750 });
    } catch (error) {
      const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST';
      throw new RktFailure(systemErrorText('mkdir', dir, isFile ? { code: 'ENOTDIR' } : error));
    }
  }
}

function checkDataDir(dir: string): void {
  try {
    statSync(dir, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw new RktFailure(`cannot evaluate dataDir ${JSON.stringify(dir)} real path: not a directory`);
    }
  }
}

/** False also for what cannot be reached. */
function isDirectory(dir: string): boolean {
  try {
    return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/**
 * Pods of one phase in the order of their UUIDs; unknown entries are reported on stderr as by rkt (without newline).
 */
export function podsOf(ctx: RktContext, phase: Phase, reportStrays = false): readonly PodEntry[] {
  const parent = podPath(ctx, phase);
  const pods: PodEntry[] = [];
  for (const entry of readPhase(parent)) {
    if (!entry.isDirectory()) {
      if (reportStrays) ctx.stderr(`unrecognized entry: ${JSON.stringify(entry.name)}, ignoring`);
    } else if (!UUID.test(entry.name)) {
      if (reportStrays) ctx.stderr(`skipping ${JSON.stringify(entry.name)}: ${uuidProblem(entry.name)}`);
    } else pods.push({ uuid: entry.name, phase, dir: join(parent, entry.name) });
  }
  return pods.sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
}

function readPhase(parent: string): readonly Dirent[] {
  try {
    return readdirSync(parent, { withFileTypes: true }).sort((a, b) => (a.isFile() && !b.isFile() ? -1 : 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RktFailure(systemErrorText('open', parent, error));
  }
}

function uuidProblem(name: string): string {
  return name.replaceAll('-', '').length === 32 ? 'bad UUID' : 'bad UUID length != 32';
}

/** All pods that can be named, in the order of their UUIDs, each once. */
export function visiblePods(ctx: RktContext, reportStrays = false): readonly PodEntry[] {
  const pods = new Map<string, PodEntry>();
  for (const phase of VISIBLE_PHASES) {
    for (const pod of podsOf(ctx, phase, reportStrays)) pods.set(pod.uuid, pod);
  }
  return [...pods.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
}

/** The current directory of a pod, searched in the order of its life, so that a moving pod is not missed. */
export function locatePod(ctx: RktContext, uuid: string): PodEntry | undefined {
  for (const phase of PHASES) {
    const dir = podPath(ctx, phase, uuid);
    if (isDirectory(dir)) return { uuid, phase, dir };
  }
  return undefined;
}

/** The pod with this UUID or unambiguous prefix of one. @throws RktFailure with `outer` as the message */
export function findPod(ctx: RktContext, prefix: string, outer: string): PodEntry {
  const fail = (problem: string) => new RktFailure(outer, ['unable to resolve UUID', problem]);
  if (prefix === '') throw fail('UUID cannot be empty');
  const wanted = prefix.toLowerCase();
  let pods: readonly PodEntry[];
  try {
    pods = visiblePods(ctx).filter((pod) => pod.uuid.startsWith(wanted));
  } catch (error) {
    if (error instanceof RktFailure) throw fail(error.message);
    throw error;
  }
  const [pod] = pods;
  if (pod === undefined) throw fail(`no matches found for ${JSON.stringify(prefix)}`);
  if (pods.length > 1) throw fail(`ambiguous uuid, ${pods.length} matches`);
  return pod;
}
