import { z } from 'zod';

import { parseWith } from '../../model/parse.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';

const TIMEOUT_MS = 5_000;

const nodesSchema = z.array(
  z.looseObject({
    ID: z.string(),
    Name: z.string(),
    Address: z.string(),
    Drivers: z.record(z.string(), z.looseObject({ Detected: z.boolean() })).nullish(),
  }),
);
const instancesSchema = z.array(
  z.looseObject({ NodeID: z.string(), Address: z.string(), Port: z.number().int().min(1).max(65_535) }),
);
const servicesSchema = z.array(
  z.looseObject({ Services: z.array(z.looseObject({ ServiceName: z.string() })).nullish() }),
);

/** What is asked of Nomad's HTTP API. */
export interface NomadApi {
  nodes(): Promise<z.output<typeof nodesSchema>>;
  /** Instances of a service. @throws RKT_ERR_UNEXPECTED where Nomad has no catalogue of services */
  instances(service: string, namespace?: string): Promise<z.output<typeof instancesSchema>>;
  /** The names of all services. */
  services(namespace?: string): Promise<readonly string[]>;
}

/**
 * @param origin as in http://127.0.0.1:4646
 * @param token Nomad's own, which is in no error
 */
export function createNomadApi(origin: string, token: string | undefined): NomadApi {
  const get = async <T>(schema: z.ZodType<T>, path: string, namespace?: string): Promise<T> => {
    const query = namespace === undefined ? '' : `?namespace=${encodeURIComponent(namespace)}`;
    const headers = token === undefined ? undefined : { 'x-nomad-token': token };
    const answer = await ask(origin, `${path}${query}`, headers);
    return parseWith(schema, answer, { what: `${origin}${path}`, code: 'RKT_ERR_UNEXPECTED' });
  };
  return {
    nodes: () => get(nodesSchema, '/v1/nodes'),
    instances: (service, namespace) =>
      get(instancesSchema, `/v1/service/${encodeURIComponent(service)}`, namespace),
    async services(namespace) {
      const all = await get(servicesSchema, '/v1/services', namespace);
      return all.flatMap(({ Services }) => (Services ?? []).map(({ ServiceName }) => ServiceName));
    },
  };
}

async function ask(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> | undefined,
): Promise<unknown> {
  const failed = (why: string): RktError =>
    new RktError('RKT_ERR_UNEXPECTED', `Nomad at ${origin} did not answer ${path}: ${why}`);
  try {
    const response = await fetch(`${origin}${path}`, {
      ...(headers !== undefined && { headers }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 404 && path.startsWith('/v1/service'))
      throw failed('it has no catalogue of services, as before Nomad 1.3; use ?port=9477 for its nodes');
    if (response.status === 403)
      throw failed('permission denied; the token in NOMAD_TOKEN needs to read jobs and nodes');
    if (!response.ok) throw failed(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    if (error instanceof RktError) throw error;
    throw failed(reasonOf((error as { readonly cause?: unknown }).cause ?? error));
  }
}
