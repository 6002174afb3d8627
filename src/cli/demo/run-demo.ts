import { setTimeout as delay } from 'node:timers/promises';

import { firstValueFrom } from 'rxjs';

import { createDriver } from '../../driver.ts';
import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { TASK_EVENT_KINDS, type TaskEventKind } from '../../model/task-event.ts';
import { driverConfigOf, type Settings } from '../settings.ts';
import { playAll } from './acts.ts';
import { judgePods } from './expectations.ts';
import { buildDemoImages, type DemoImages } from './demo-images.ts';
import { createJournal, type Journal } from './demo-journal.ts';
import { findLeftovers } from './leftovers.ts';
import { DEMO_PODS } from './demo-pods.ts';
import { makePlace, removePlace, type DemoPlace } from './place.ts';
import type { Check, DemoSummary } from './demo-records.ts';
import type { Reporter } from './reporter.ts';
import type { ServeDemo } from './serve.ts';
import type { DemoStage } from './stage.ts';
import { endAll, watch } from './watch.ts';

export interface DemoRun {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly reporter: Reporter;
  readonly intervalMs: number;
  /** Until interrupted when absent. */
  readonly lengthMs: number | undefined;
  readonly interrupted: AbortSignal;
  /** Also serves the dashboard. */
  readonly isServed: boolean;
}

/**
 * Runs the demo, from building the images to the check for leftovers, whatever fails in between.
 *
 * @returns true when nothing is left, nothing failed and every pod behaved as expected
 */
export async function runDemo(run: DemoRun): Promise<boolean> {
  const { settings, logger, reporter, interrupted } = run;
  const startedMs = performance.now();
  // Before the child processes are listed: loading modules may start some.
  const serve = run.isServed ? (await import('./serve.ts')).serveDemo : undefined;
  const place = await makePlace(settings, logger);
  const journal = createJournal();
  const failures: string[] = [];
  try {
    await perform({ ...run, serve }, place, journal, failures);
  } catch (error) {
    failures.push(reasonOf(error));
  }
  reporter.end();
  const checks = await prove(place, reporter);
  const summary = summaryOf(journal, checks, failures, {
    ranMs: Math.round(performance.now() - startedMs),
    interrupted: interrupted.aborted,
  });
  reporter.report({ type: 'summary', ...summary });
  return summary.ok;
}

interface Performance extends DemoRun {
  readonly serve: ServeDemo | undefined;
}

async function perform(
  { settings, logger, reporter, intervalMs, lengthMs, interrupted, serve }: Performance,
  place: DemoPlace,
  journal: Journal,
  failures: string[],
): Promise<void> {
  const { report } = reporter;
  report({ type: 'note', message: `Working in ${place.base}, with cgroups below ${place.cgroupParent}` });
  const { driverOptions } = place;
  const driver = createDriver(driverOptions);
  driver.setConfig(driverConfigOf(settings));
  let images: DemoImages;
  try {
    images = await buildDemoImages(place.base, await takesArchives(driver));
  } catch (error) {
    await driver.shutdown();
    throw error;
  }
  for (const image of new Set([images.shell, images.tools, images.docker]))
    report({ type: 'image', ...image });
  const over = new AbortController();
  const stage: DemoStage = { driver, driverOptions, images, journal, report, failures, over: over.signal };
  const watching = watch(stage, reporter, intervalMs);
  let endServing = (): Promise<void> => Promise.resolve();
  try {
    if (serve !== undefined) endServing = await serve(driver, place, { report, logger });
    const played = playAll(stage);
    await Promise.race([untilOver(lengthMs, interrupted), untilHopeless(played, journal)]);
    report({ type: 'note', message: 'Stopping and destroying all pods' });
    over.abort();
    await played;
    await endAll(stage, watching);
  } finally {
    over.abort();
    watching.stop();
    await endServing();
    await driver.shutdown();
  }
}

async function takesArchives(driver: Driver): Promise<boolean> {
  const { attributes } = await firstValueFrom(driver.fingerprint());
  return attributes['driver.rkt.runtime'] === 'embedded';
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function untilOver(lengthMs: number | undefined, interrupted: AbortSignal): Promise<void> {
  await delay(Math.min(lengthMs ?? LONGEST_TIMER_MS, LONGEST_TIMER_MS), undefined, {
    signal: interrupted,
  }).catch(() => undefined);
}

/** Resolves when no pod could be started, because there is then nothing to watch. */
async function untilHopeless(played: Promise<void>, journal: Journal): Promise<void> {
  await played;
  if (DEMO_PODS.some(({ id }) => journal.pod(id).starts > 0)) await new Promise(() => undefined);
}

async function prove(place: DemoPlace, { report }: Reporter): Promise<readonly Check[]> {
  report({ type: 'note', message: 'Checking for leftovers' });
  const left = await findLeftovers(place);
  const checks = [...left, await removePlace(place, left)];
  checks.forEach((check) => report({ type: 'check', ...check }));
  return checks;
}

/** These events need a separate network of the pod, and a source of metrics that fails. */
const NOT_APPLICABLE: readonly TaskEventKind[] = ['network-ready', 'stats-degraded'];

function summaryOf(
  journal: Journal,
  checks: readonly Check[],
  failures: readonly string[],
  how: Pick<DemoSummary, 'ranMs' | 'interrupted'>,
): DemoSummary {
  const pods = judgePods(journal);
  const events = journal.kinds();
  const missing = TASK_EVENT_KINDS.filter(
    (kind) => events[kind] === undefined && !NOT_APPLICABLE.includes(kind),
  );
  const clean = checks.every(({ left }) => left.length === 0);
  const ok = clean && failures.length === 0 && pods.every(({ asExpected }) => asExpected !== 'no');
  return { ...how, pods, events, missing, checks, failures, clean, ok };
}
