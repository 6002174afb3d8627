import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { catchError, defer, firstValueFrom, from, of, retry, timer } from 'rxjs';

import { RktError, isRktError } from '../model/errors.ts';
import type { RktRunner } from '../rkt/command.ts';
import { recoded } from '../rkt/failure.ts';
import { listPods } from '../rkt/list.ts';
import { prepare } from '../rkt/prepare.ts';
import { removePod } from '../rkt/rm.ts';
import { START_ANNOTATION } from './arguments/prepare-arguments.ts';
import type { OpsContext } from './context.ts';
import type { TaskFiles } from './task-files.ts';
import { waitUntil } from './wait-until.ts';

const FLOCK_UNAVAILABLE = 69;

interface Preparation {
  readonly startToken: string;
  readonly lock: string;
  readonly environmentFile: string;
  readonly image: string;
}

/**
 * Runs `rkt prepare` under a lock, so that a later driver can wait for one that outlived this process. One that fails or is
 * killed half way leaves nothing in rkt's directory.
 */
export async function preparePod(
  ctx: OpsContext,
  runner: RktRunner,
  args: readonly string[],
  { startToken, lock, environmentFile, image }: Preparation,
): Promise<string> {
  const before = await unfinishedPods(ctx);
  try {
    return await prepare(runner, args, {
      timeoutMs: ctx.timeouts.prepareMs,
      signal: ctx.shutdown,
      image,
      environmentFile,
      wrap: (argv) => ['flock', '--no-fork', '--exclusive', lock, ...argv],
    });
  } catch (error) {
    if (isNotExecuted(error)) throw recoded(error, 'RKT_ERR_RKT_MISSING', 'rkt cannot be executed');
    await removeFailedPreparation(ctx, runner, startToken, before);
    throw error;
  }
}

/** flock has its own exit code for a command that it could not execute. */
function isNotExecuted(error: unknown): error is RktError {
  return isRktError(error, 'RKT_ERR_RKT_FAILED') && error.details.exitCode === FLOCK_UNAVAILABLE;
}

interface UnfinishedPods {
  /** `rkt list` does not show these, and nothing in them tells whose they are. */
  readonly inPreparation: readonly string[];
  readonly prepared: readonly string[];
}

/** Empty when rkt's directory cannot be read. */
export async function unfinishedPods({ rktDir }: Pick<OpsContext, 'rktDir'>): Promise<UnfinishedPods> {
  const podsIn = (phase: string): Promise<readonly string[]> =>
    readdir(join(rktDir, 'pods', phase)).catch(() => []);
  return { inPreparation: await podsIn('prepare'), prepared: await podsIn('prepared') };
}

/** What came into rkt's directory meanwhile and is nobody's goes: as well a whole pod whose UUID rkt did not tell. */
async function removeFailedPreparation(
  ctx: OpsContext,
  runner: RktRunner,
  startToken: string,
  before: UnfinishedPods,
): Promise<void> {
  const after = await unfinishedPods(ctx);
  const halves = after.inPreparation.filter((pod) => !before.inPreparation.includes(pod));
  const isNew = after.prepared.some((pod) => !before.prepared.includes(pod));
  const wholes = isNew ? await podsOfStart(runner, startToken).catch(() => []) : [];
  // rkt refuses a pod that somebody else is preparing just now.
  await Promise.allSettled([...halves, ...wholes].map((pod) => removePod(runner, pod)));
}

/** Waits for a `rkt prepare` of {@link preparePod} that may still be running without its driver. */
export async function preparationEnded(
  ctx: OpsContext,
  runner: RktRunner,
  { prepareLock }: TaskFiles,
  startToken: string,
): Promise<void> {
  // One that was just started may not have opened its lock yet.
  await waitUntil(async () => ((await isPreparing(startToken)) ? undefined : true), {
    everyMs: 20,
    deadlineMs: ctx.timeouts.prepareMs,
    scheduler: ctx.scheduler,
  });
  const isThere = await access(prepareLock).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const seconds = Math.ceil(ctx.timeouts.prepareMs / 1_000);
  const lock = await runner.spawn([
    'flock',
    '--exclusive',
    '--timeout',
    String(seconds),
    prepareLock,
    'true',
  ]);
  const { exitCode } = await lock.exit;
  if (exitCode !== 0)
    throw new RktError('RKT_ERR_RKT_TIMEOUT', `rkt prepare still holds ${prepareLock} after ${seconds} s`);
}

/** True while a process has the annotation of the start in its command line. */
async function isPreparing(startToken: string): Promise<boolean> {
  const annotation = `${START_ANNOTATION}=${startToken}`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.some((line) => line.includes(annotation));
}

/** The pods of one start, found by the annotation that each is given. */
export async function podsOfStart(runner: RktRunner, startToken: string): Promise<readonly string[]> {
  const pods = await listPods(runner);
  return pods
    .filter((pod) => pod.apps?.some((app) => app.user_annotations?.[START_ANNOTATION] === startToken))
    .map((pod) => pod.name);
}

/** How often a pod that refuses to go is asked again: a killed process lets go of it late, another `rkt rm` may be at it. */
const RETRIES = 10;
const RETRY_MS = 200;

/** Removes a pod; one that is gone already is no error. */
export async function removePodIfThere(ctx: OpsContext, runner: RktRunner, podId: string): Promise<void> {
  const removal$ = defer(() => from(removePod(runner, podId))).pipe(
    retry({
      count: RETRIES,
      delay: (error: unknown) => {
        if (isRktError(error, 'RKT_ERR_RKT_FAILED')) return timer(RETRY_MS, ctx.scheduler);
        throw error;
      },
    }),
    catchError((error: unknown) => {
      if (isRktError(error, 'RKT_ERR_POD_NOT_FOUND')) return of(undefined);
      throw error;
    }),
  );
  await firstValueFrom(removal$);
}
