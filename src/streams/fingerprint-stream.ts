import { tap, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';

import type { DriverConfig } from '../model/driver-config.ts';
import type { Fingerprint } from '../model/fingerprint.ts';
import type { Logger } from '../model/logger.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { userNamespacesWork } from '../rkt/user-namespaces.ts';
import { probeVersion } from '../rkt/version-probe.ts';
import { poll } from './operators/poll.ts';
import { shareLatest } from './operators/share-latest.ts';
import { takeUntilAbort } from './operators/take-until-abort.ts';
import { createStage1Attributes, type Stage1Attributes } from './stage1-attributes.ts';

/** The sources of a fingerprint. */
export interface FingerprintDeps {
  /** Rejects if there is no rkt. */
  readonly runner: () => Promise<RktRunner>;
  readonly driverConfig: () => Pick<DriverConfig, 'volumes_enabled' | 'stage1'>;
  /** For the attribute `driver.rkt.cgroup.version`, which is left out without it. */
  readonly cgroups?: () => Promise<{ readonly version: 'v1' | 'v2' | 'none' }>;
  /** Reads what each stage1 can; by default each stream reads it once per runner. */
  readonly stage1Attributes?: Stage1Attributes;
  readonly logger: Logger;
  readonly scheduler: SchedulerLike;
  /** Effective user id; this process's own by default. */
  readonly uid?: number;
  readonly periodMs?: number;
  /** Ends the stream. */
  readonly shutdown?: AbortSignal;
  /** Takes one fingerprint; replaced by tests. */
  readonly probe?: () => ObservableInput<Fingerprint>;
}

/**
 * The health of the driver and the attributes of the machine.
 *
 * Emits immediately, then every `periodMs` (30 s). Probes never overlap. A failure is logged when it starts and when
 * it ends, not in between.
 *
 * Shared; the latest value is replayed; stops 1 s after the last subscriber unsubscribed. Never errors.
 *
 * @completes at shutdown
 */
export function fingerprint(deps: FingerprintDeps): Observable<Fingerprint> {
  const all = { stage1Attributes: createStage1Attributes(deps.shutdown), ...deps };
  const { scheduler, periodMs = 30_000, probe = () => takeFingerprint(all) } = deps;
  return poll(probe, { intervalMs: periodMs, scheduler }).pipe(
    // Failures caused by the shutdown of the driver are not emitted.
    takeUntilAbort(deps.shutdown),
    tap(loggedOnce(deps.logger)),
    shareLatest({ scheduler }),
  );
}

/** Takes one fingerprint. Any failure makes it undetected, with the cause as its description. */
export async function takeFingerprint(deps: FingerprintDeps): Promise<Fingerprint> {
  const timeMs = deps.scheduler.now();
  try {
    const attributes = await detect(deps);
    return { health: 'healthy', description: 'Healthy', attributes, timeMs };
  } catch (error) {
    const description = reasonOf(error);
    return { health: 'undetected', description, attributes: {}, timeMs };
  }
}

async function detect(deps: FingerprintDeps): Promise<Fingerprint['attributes']> {
  const { driverConfig, uid = process.geteuid?.() ?? 0 } = deps;
  // Only the embedded rkt works without root, so without root its kind must be known first.
  const runner = await deps.runner().catch((error: unknown) => {
    throw uid === 0 ? error : mustBeRoot();
  });
  if (uid !== 0) await checkWithoutRoot(runner);
  const version = await probeVersion(runner);
  const cgroup = await deps.cgroups?.();
  const { stage1Attributes = createStage1Attributes(deps.shutdown) } = deps;
  return {
    'driver.rkt': true,
    'driver.rkt.version': version.rkt,
    'driver.rkt.appc.version': version.appc,
    'driver.rkt.runtime': runner.binary.runtime === 'rkt' ? 'real' : 'embedded',
    ...(await stage1Attributes(runner, driverConfig().stage1)),
    ...(cgroup === undefined ? {} : { 'driver.rkt.cgroup.version': cgroup.version }),
    ...(driverConfig().volumes_enabled ? { 'driver.rkt.volumes.enabled': true } : {}),
  };
}

async function checkWithoutRoot(runner: RktRunner): Promise<void> {
  if (runner.binary.runtime !== 'embedded') throw mustBeRoot();
  if (await userNamespacesWork(runner)) return;
  throw new Error(
    'Driver must run as root: without it the embedded rkt needs user namespaces, which do not work here',
  );
}

function mustBeRoot(): Error {
  return new Error('Driver must run as root');
}

function loggedOnce(logger: Logger): (value: Fingerprint) => void {
  let logged: string | undefined;
  return ({ health, description }) => {
    if (health === 'healthy') {
      if (logged !== undefined) logger.info({ health }, 'rkt is healthy again');
      logged = undefined;
      return;
    }
    const reason = description.replace(/\d+ ms/g, '');
    if (logged !== reason) logger.warn({ health, description }, 'rkt cannot be used');
    logged = reason;
  };
}
