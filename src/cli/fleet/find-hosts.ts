import { basename, dirname } from 'node:path';

import {
  NEVER,
  Observable,
  auditTime,
  catchError,
  defer,
  filter,
  map,
  merge,
  switchMap,
  tap,
  timer,
} from 'rxjs';

import { namesChanging } from '../../files/directory-watch.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { fileSearch } from './fleet-file.ts';
import type { FleetSource } from './fleet-source.ts';
import type { FoundHost, HostSearch } from './found-host.ts';
import { createNomadApi } from './nomad-api.ts';
import { nomadNodesSearch, nomadServiceSearch } from './nomad-search.ts';
import { srvSearch } from './srv-search.ts';

/** How long the writer of a file has to finish it. */
const CHANGE_DELAY_MS = 50;

export interface FindOptions {
  readonly logger: Logger;
  /** Nomad's own. */
  readonly nomadToken?: string | undefined;
  readonly refreshMs: number;
  /** Searches again at once. */
  readonly refresh$: Observable<unknown>;
  /** Called after each search, whether it has found hosts or failed. */
  readonly onSearched?: () => void;
}

export function searchOf(source: FleetSource, nomadToken: string | undefined): HostSearch {
  if (source.kind === 'file') return fileSearch(source.path);
  if (source.kind === 'srv') return srvSearch(source);
  const nomad = createNomadApi(source.nomad, nomadToken);
  return source.kind === 'nomad-service'
    ? nomadServiceSearch(source, nomad)
    : nomadNodesSearch(source, nomad);
}

/**
 * The hosts of a source: when they were found first, and after every search, whether they differ or not. A search that fails is
 * logged, once for the same reason, and has no value: the hosts stay as they are.
 */
export function findHosts(
  source: FleetSource,
  { logger, nomadToken, refreshMs, refresh$, onSearched }: FindOptions,
): Observable<readonly FoundHost[]> {
  return defer(() => {
    const search = searchOf(source, nomadToken);
    const log = onceForEach(logger);
    return merge(timer(0, refreshMs), refresh$, changesOf(source)).pipe(
      // A search that another one has overtaken is neither used nor logged.
      switchMap(() => outcomeOf(search)),
      tap(({ remark }) => log(remark)),
      tap(() => onSearched?.()),
      map(({ hosts }) => hosts),
      filter((hosts) => hosts !== undefined),
    );
  });
}

/** What a search has found, and what is to be said of it. */
interface Outcome {
  readonly hosts?: readonly FoundHost[];
  readonly remark: string;
}

async function outcomeOf(search: HostSearch): Promise<Outcome> {
  const warnings: string[] = [];
  try {
    const hosts = await search.find((what) => warnings.push(what));
    return { hosts, remark: warnings.join('; ') };
  } catch (error) {
    return { remark: `The hosts of the fleet stay as they are: ${reasonOf(error)}` };
  }
}

/** Changes of the file, also one that was renamed into its place. Without a directory to watch, the refresh has to do. */
function changesOf(source: FleetSource): Observable<unknown> {
  if (source.kind !== 'file') return NEVER;
  const { path } = source;
  return namesChanging(dirname(path)).pipe(
    filter((name) => name === basename(path)),
    auditTime(CHANGE_DELAY_MS),
    catchError(() => NEVER),
  );
}

/** Logs a text when it differs from the last one; an empty one ends it. */
function onceForEach(logger: Logger): (text: string) => void {
  let last = '';
  return (text) => {
    if (text !== '' && text !== last) logger.warn({}, text);
    if (text === '' && last !== '') logger.info({}, 'The hosts of the fleet are found again');
    last = text;
  };
}
