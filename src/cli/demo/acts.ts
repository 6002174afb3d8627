import { filter, firstValueFrom, fromEvent, map, merge, take } from 'rxjs';
import { setTimeout as delay } from 'node:timers/promises';

import { createDriver } from '../../driver.ts';
import type { StartedTask } from '../../index.ts';
import { isRktError } from '../../model/rkt-error.ts';
import { taskSpec, type DemoPod, type PodId } from './demo-pods.ts';
import { serveAndCall, startedByServer } from './network-acts.ts';
import { noteFailure, type DemoStage } from './stage.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const EXEC = ['/bin/sh', '-c', 'echo "hello from inside, as user $(id -u)"'];

/**
 * Starts every pod and performs the acts of the demo on them, like any client of the driver. Resolves when the last
 * act has ended.
 */
export async function playAll(stage: DemoStage): Promise<void> {
  await Promise.all(
    stage.pods.map(async (pod) => {
      const act = ACTS[pod.id] ?? justStart;
      try {
        await act(stage, pod);
      } catch (error) {
        noteFailure(stage, pod.id, error);
      }
    }),
  );
}

type Act = (stage: DemoStage, pod: DemoPod) => Promise<void>;

const ACTS: Partial<Record<PodId, Act>> = {
  crasher: restartAgainAndAgain,
  glutton: startWithLimit,
  listener: signalEnterAndTakeOver,
  broken: failToStart,
  server: serveAndCall,
  caller: startedByServer,
};

async function justStart({ driver, images }: DemoStage, pod: DemoPod): Promise<void> {
  await driver.startTask(taskSpec(pod, images));
}

/** Restarting is up to the client: the driver only reports how a task has exited. */
async function restartAgainAndAgain(stage: DemoStage, pod: DemoPod): Promise<void> {
  const { driver, over } = stage;
  for (let pauseMs = FIRST_PAUSE_MS; !over.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await justStart(stage, pod);
    const hasEnded = await firstValueFrom(
      merge(driver.waitTask(pod.id).pipe(map(() => true)), aborted(over)).pipe(take(1)),
    );
    if (!hasEnded || !(await pause(pauseMs, over))) return;
    await driver.destroyTask(pod.id);
  }
}

async function startWithLimit(stage: DemoStage, pod: DemoPod): Promise<void> {
  try {
    await justStart(stage, pod);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_CGROUP')) throw error;
    const reason = 'this machine cannot limit memory';
    stage.journal.skip(pod.id, reason);
    stage.report({ type: 'note', message: `${pod.id} is left out: ${reason}` });
  }
}

async function signalEnterAndTakeOver(stage: DemoStage, pod: DemoPod): Promise<void> {
  const { driver, images, over, report } = stage;
  const started = await driver.startTask(taskSpec(pod, images));
  if (!(await pause(FIRST_PAUSE_MS, over))) return;
  await driver.signalTask(pod.id, 'SIGUSR1');
  const { exitCode, output } = await driver.execTask(pod.id, EXEC);
  report({ type: 'exec', taskId: pod.id, command: EXEC, exitCode, output });
  if (await pause(FIRST_PAUSE_MS, over)) await takeOver(stage, started);
}

/** Another driver needs only the handle: tasks of a killed driver are recovered in the same way. */
async function takeOver(
  { driverOptions, journal, report }: DemoStage,
  { handle }: StartedTask,
): Promise<void> {
  const second = createDriver(driverOptions);
  const done = second.taskEvents().forEach((event) => {
    journal.addEvent(event, undefined);
    report({ type: 'event', by: 'second driver', ...event });
  });
  try {
    await second.recoverTask(handle);
    await second.signalTask(handle.state.spec.id, 'SIGHUP');
  } finally {
    await second.shutdown();
    await done;
  }
}

async function failToStart(stage: DemoStage, pod: DemoPod): Promise<void> {
  const started = await justStart(stage, pod).then(
    () => true,
    () => false, // As it should be; the event says why.
  );
  if (started) throw new Error('a pod without a program started');
}

/** False if the demo ended before. */
async function pause(ms: number, over: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal: over }).catch(() => false);
}

function aborted(signal: AbortSignal) {
  return merge(fromEvent(signal, 'abort'), signal.aborted ? [true] : []).pipe(
    take(1),
    map(() => false),
    filter((value) => !value),
  );
}
