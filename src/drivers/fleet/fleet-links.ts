import { ReplaySubject, isObservable, of, type Observable, type Subscription } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import { createFleetLink, type FleetLink } from './fleet-link.ts';

type Sources = Readonly<Record<string, Driver>>;

/** The hosts of a fleet, which can come and go. */
export interface FleetLinks {
  readonly current: readonly FleetLink[];
  /** As `links$` of the context. */
  readonly all$: Observable<readonly FleetLink[]>;
  /** The hosts of that time stay. */
  close(): void;
}

interface LinkOptions {
  readonly logger: Logger;
  readonly onLeft: (link: FleetLink) => void;
}

/** @throws RKT_ERR_OPTIONS for sources that stay, when there are none, or one has a wrong name */
export function createFleetLinks(sources: Sources | Observable<Sources>, options: LinkOptions): FleetLinks {
  if (isObservable(sources)) return changingLinks(sources, options);
  if (Object.keys(sources).length === 0)
    throw new RktError('RKT_ERR_OPTIONS', 'A fleet has at least one source');
  const current = nextLinks([], sources);
  return { current, all$: of(current), close: () => undefined };
}

function changingLinks(sources$: Observable<Sources>, { logger, onLeft }: LinkOptions): FleetLinks {
  const all$ = new ReplaySubject<readonly FleetLink[]>(1);
  let current: readonly FleetLink[] = [];
  const take = (sources: Sources): void => {
    const before = current;
    const after = nextLinks(before, sources);
    current = after;
    const left = before.filter((link) => !after.includes(link));
    for (const { left$ } of left) {
      left$.next();
      left$.complete();
    }
    all$.next(after);
    left.forEach(onLeft);
  };
  const keep = (error: unknown): void =>
    logger.error({ err: error }, `The hosts of the fleet stay as they are: ${reasonOf(error)}`);
  const subscription: Subscription = sources$.subscribe({
    next(sources) {
      try {
        take(sources);
      } catch (error) {
        keep(error);
      }
    },
    error: keep,
  });
  return {
    get current() {
      return current;
    },
    all$,
    close: () => subscription.unsubscribe(),
  };
}

/** A host whose driver is the same keeps its link. @throws RKT_ERR_OPTIONS for a name that cannot be part of an id */
function nextLinks(before: readonly FleetLink[], sources: Sources): readonly FleetLink[] {
  const entries = Object.entries(sources);
  const wrong = entries.find(([host]) => !/^[^\s/]+$/.test(host));
  if (wrong !== undefined)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `The name of a host contains no slash and no white space, as ${JSON.stringify(wrong[0])} does`,
    );
  const known = new Map(before.map((link) => [link.host, link]));
  return entries.map(([host, driver]) => {
    const link = known.get(host);
    return link?.driver === driver ? link : createFleetLink(host, driver);
  });
}
