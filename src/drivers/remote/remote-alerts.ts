import { concatMap, defer, map, merge, type Observable } from 'rxjs';
import { z } from 'zod';

import { alertFields } from '../../model/alert-fields.ts';
import type { RemoteLink } from './remote-link.ts';
import { resumedStream } from './resumed-stream.ts';
import { understood } from './understood.ts';

const alertSchema = z.object({ ...alertFields, timeMs: z.number() });

/** An alert of an agent that begins, or ends. Times are in ms since 1970. */
export type AgentAlert = Readonly<z.output<typeof alertSchema>>;

const activeSchema = z.object({ alerts: z.array(alertSchema) });

/** The alerts that are active, then those that begin and end; one that begins meanwhile can come twice, with the same id. */
export function alertsOf(link: RemoteLink): Observable<AgentAlert> {
  const active$ = defer(() => link.requests.json({ path: '/v1/alerts' })).pipe(
    concatMap((answer) => activeSchema.parse(answer).alerts),
  );
  const changes$ = resumedStream(link, { topics: ['alerts'] }).pipe(
    map(({ data }) => alertSchema.parse(data)),
  );
  return merge(active$, changes$).pipe(understood(link.requests));
}
