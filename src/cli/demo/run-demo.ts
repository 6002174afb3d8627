import { setTimeout as delay } from 'node:timers/promises';

import { firstValueFrom } from 'rxjs';

import { createDriver } from '../../driver.ts';
import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { TASK_EVENT_KINDS, type TaskEventKind } from '../../model/task-event.ts';
import type { BuiltImage } from '../image-build.ts';
import { driverConfigOf, type Settings } from '../settings.ts';
import { playAll } from './acts.ts';
import { judgePods } from './expectations.ts';
import { buildDemoImages, type DemoAbilities, type DemoImages } from './demo-images.ts';
import { createJournal, type Journal } from './demo-journal.ts';
import { findLeftovers } from './leftovers.ts';
import { demoPods, type DemoPod } from './demo-pods.ts';
import { makePlace, removePlace, type DemoPlace } from './place.ts';
import type { Check, DemoSummary } from './demo-records.ts';
import type { Reporter } from './reporter.ts';
import type { RecordDemo } from './record-demo.ts';
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
  /** Of all pods; the default of the driver when absent. With oci there are pods with networks, too. */
  readonly stage1: string | undefined;
  /** Also serves the dashboard. */
  readonly isServed: boolean;
  /** Also records everything into this file. */
  readonly recordInto: string | undefined;
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
  const record = run.recordInto === undefined ? undefined : (await import('./record-demo.ts')).recordDemo;
  const place = await makePlace(settings, logger);
  const journal = createJournal();
  const pods = demoPods(run.stage1 === 'oci');
  const failures: string[] = [];
  try {
    await perform({ ...run, serve, record, pods }, place, journal, failures);
  } catch (error) {
    failures.push(reasonOf(error));
  }
  reporter.end();
  const checks = await prove(place, journal, reporter);
  const summary = summaryOf(
    { pods, journal, checks, failures },
    {
      ranMs: Math.round(performance.now() - startedMs),
      interrupted: interrupted.aborted,
    },
  );
  reporter.report({ type: 'summary', ...summary });
  return summary.ok;
}

interface Performance extends DemoRun {
  readonly serve: ServeDemo | undefined;
  readonly record: RecordDemo | undefined;
  readonly pods: readonly DemoPod[];
}

async function perform(
  performance: Performance,
  place: DemoPlace,
  journal: Journal,
  failures: string[],
): Promise<void> {
  const { settings, reporter, intervalMs, lengthMs, interrupted, pods, stage1 } = performance;
  const { report } = reporter;
  report({ type: 'note', message: `Working in ${place.base}, with cgroups below ${place.cgroupParent}` });
  const { driverOptions } = place;
  const driver = createDriver(driverOptions);
  driver.setConfig({ ...driverConfigOf(settings), ...(stage1 !== undefined && { stage1 }) });
  let images: DemoImages;
  try {
    images = await buildDemoImages(place.base, await abilities(driver, stage1, journal));
  } catch (error) {
    await driver.shutdown();
    throw error;
  }
  for (const image of new Set<BuiltImage>(Object.values(images))) report({ type: 'image', ...image });
  const over = new AbortController();
  const stage: DemoStage = {
    driver,
    driverOptions,
    images,
    pods,
    journal,
    report,
    failures,
    over: over.signal,
  };
  const watching = watch(stage, reporter, intervalMs);
  const endings: (() => Promise<void>)[] = [];
  try {
    for (const begin of besides(performance, driver, place)) endings.push(await begin());
    const played = playAll(stage);
    await Promise.race([untilOver(lengthMs, interrupted), untilHopeless(played, stage)]);
    report({ type: 'note', message: 'Stopping and destroying all pods' });
    over.abort();
    await played;
    await endAll(stage, watching);
  } finally {
    over.abort();
    watching.stop();
    for (const end of endings) await end().catch((error: unknown) => failures.push(reasonOf(error)));
    await driver.shutdown();
  }
}

/** What goes on beside the pods; each begins and returns how it ends. */
function besides(
  { serve, record, recordInto: file = '', reporter, logger, intervalMs }: Performance,
  driver: Driver,
  place: DemoPlace,
): readonly (() => Promise<() => Promise<void>>)[] {
  const { report } = reporter;
  return [
    ...(serve === undefined ? [] : [() => serve(driver, place, { report, logger })]),
    ...(record === undefined ? [] : [() => record(driver, { file, intervalMs, report, logger })]),
  ];
}

/** What the driver's rkt can do. Without networks the pods that need them are left out. @throws Error without the stage1 */
async function abilities(
  driver: Driver,
  stage1: string | undefined,
  journal: Journal,
): Promise<DemoAbilities> {
  const { attributes } = await firstValueFrom(driver.fingerprint());
  const archives = attributes['driver.rkt.runtime'] === 'embedded';
  if (stage1 !== 'oci') return { archives, networks: false };
  if (attributes['driver.rkt.stage1.oci'] === false)
    throw new Error(
      `The stage1 oci does not work here: ${String(attributes['driver.rkt.stage1.oci.reason'])}`,
    );
  const networks = attributes['driver.rkt.networks'] === true;
  const why = `no networks: ${String(attributes['driver.rkt.networks.reason'])}`;
  if (!networks) for (const id of ['server', 'caller']) journal.skip(id, why);
  return { archives, networks };
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function untilOver(lengthMs: number | undefined, interrupted: AbortSignal): Promise<void> {
  await delay(Math.min(lengthMs ?? LONGEST_TIMER_MS, LONGEST_TIMER_MS), undefined, {
    signal: interrupted,
  }).catch(() => undefined);
}

/** Resolves when no pod could be started, because there is then nothing to watch. */
async function untilHopeless(played: Promise<void>, { pods, journal }: DemoStage): Promise<void> {
  await played;
  if (pods.some(({ id }) => journal.pod(id).starts > 0)) await new Promise(() => undefined);
}

async function prove(place: DemoPlace, journal: Journal, { report }: Reporter): Promise<readonly Check[]> {
  report({ type: 'note', message: 'Checking for leftovers' });
  const left = await findLeftovers(place, journal.podIds());
  const checks = [...left, await removePlace(place, left)];
  checks.forEach((check) => report({ type: 'check', ...check }));
  return checks;
}

interface Outcome {
  readonly pods: readonly DemoPod[];
  readonly journal: Journal;
  readonly checks: readonly Check[];
  readonly failures: readonly string[];
}

function summaryOf(
  { pods: played, journal, checks, failures }: Outcome,
  how: Pick<DemoSummary, 'ranMs' | 'interrupted'>,
): DemoSummary {
  const pods = judgePods(played, journal);
  const events = journal.kinds();
  // These need a separate network of the pod, and a source of metrics that fails.
  const hasNetworks = played.some(({ id }) => id === 'server' && journal.skipped(id) === undefined);
  const notApplicable: readonly TaskEventKind[] = [
    'stats-degraded',
    ...(hasNetworks ? [] : ['network-ready' as const]),
  ];
  const missing = TASK_EVENT_KINDS.filter(
    (kind) => events[kind] === undefined && !notApplicable.includes(kind),
  );
  const clean = checks.every(({ left }) => left.length === 0);
  const ok = clean && failures.length === 0 && pods.every(({ asExpected }) => asExpected !== 'no');
  return { ...how, pods, events, missing, checks, failures, clean, ok };
}
