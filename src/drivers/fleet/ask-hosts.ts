import {
  catchError,
  defaultIfEmpty,
  defer,
  firstValueFrom,
  forkJoin,
  map,
  of,
  timeout,
  type Observable,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { AuditOptions, AuditReport } from '../../model/audit.ts';
import { toRktError } from '../../model/to-rkt-error.ts';
import { RktError } from '../../model/rkt-error.ts';
import { hasOp, requireOp, type FleetContext, type FleetLink } from './fleet-link.ts';
import { fleetRecovery, type Recovery } from './fleet-values.ts';

/** What all hosts do; one that does not in time is reported, and may do it later. */
export function recoverHosts(context: FleetContext): Promise<Recovery> {
  return askHosts(context, context.links, {
    ask: async (driver, link) => fleetRecovery(await driver.recoverTasks(), link),
    failed: (error, { host }) => ({ recovered: [], undone: [], failures: [{ file: host, error }] }),
    join: (all) => ({
      recovered: all.flatMap(({ recovered }) => recovered),
      undone: all.flatMap(({ undone }) => undone),
      failures: all.flatMap(({ failures }) => failures),
    }),
  });
}

/** @throws RKT_ERR_UNSUPPORTED where no host has it */
export async function auditHosts(context: FleetContext, options?: AuditOptions): Promise<AuditReport> {
  requireOp(context, 'audit');
  const without = context.links.filter((link) => !hasOp(link, 'audit'));
  const skipped = without.map(({ host }) => ({ what: host, reason: 'its driver has no audit' }));
  const withAudit = context.links.filter((link) => !without.includes(link));
  return await askHosts<AuditReport>(context, withAudit, {
    ask: async (driver, { host }) => {
      const { findings, unchecked } = await driver.audit(options);
      return {
        findings: findings.map((finding) => ({ ...finding, what: `${host}: ${finding.what}` })),
        unchecked: unchecked.map(({ what, reason }) => ({ what: `${host}: ${what}`, reason })),
      };
    },
    failed: (error, { host }) => ({ findings: [], unchecked: [{ what: host, reason: error.what }] }),
    join: (all) => ({
      findings: all.flatMap(({ findings }) => findings),
      unchecked: [...skipped, ...all.flatMap(({ unchecked }) => unchecked)],
    }),
  });
}

/** Resolves when the sources are shut down, or have had time for it. */
export async function shutDownHosts(context: Timing, links: readonly FleetLink[]): Promise<void> {
  if (links.length === 0) return;
  await askHosts<undefined>(context, links, {
    ask: (driver) => driver.shutdown().then(() => undefined),
    failed(error, { host }) {
      context.logger.warn({ err: error, host }, 'a host was not shut down');
      return undefined;
    },
    join: () => undefined,
  });
}

/** Of a fleet, without its hosts. */
type Timing = Omit<FleetContext, 'links' | 'links$'>;

interface Question<T> {
  readonly ask: (driver: Driver, link: FleetLink) => Promise<T>;
  readonly failed: (error: RktError, link: FleetLink) => T;
  readonly join: (all: readonly T[]) => T;
}

function askHosts<T>(
  { responseTimeoutMs, scheduler }: Timing,
  links: readonly FleetLink[],
  { ask, failed, join }: Question<T>,
): Promise<T> {
  const late = (): Observable<never> => {
    throw new RktError('RKT_ERR_UNEXPECTED', `no response within ${responseTimeoutMs} ms`);
  };
  const answers = links.map((link) =>
    defer(() => ask(link.driver, link)).pipe(
      timeout({ first: responseTimeoutMs, with: late, scheduler }),
      catchError((error: unknown) => of(failed(toRktError(error, `host "${link.host}"`), link))),
    ),
  );
  return firstValueFrom(forkJoin(answers).pipe(defaultIfEmpty([]), map(join)));
}
