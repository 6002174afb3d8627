import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import type { HttpContext } from '../http/get.ts';
import { httpRequest } from '../http/get.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { Authorization } from './authorization.ts';
import { parseChallenge } from './challenge.ts';
import { cleaned, refusalOf } from './refusal.ts';
import type { Endpoint, Source } from './registry-endpoints.ts';
import type { Pace } from './retry.ts';
import { retried } from './retry.ts';

/** Where no other way to the same host helps. */
const HOST_ERRORS: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

export interface SessionTarget {
  readonly source: Source;
  /** The one of the source that answers. */
  readonly endpoint: Endpoint;
  readonly repository: string;
  readonly pace: Pace;
}

/** Pulls one image from one registry or mirror. */
export class Session {
  readonly name: string;
  readonly #http: HttpContext;
  readonly #endpoint: Endpoint;
  readonly #base: string;
  readonly #authorization: Authorization;
  readonly #pace: Pace;

  constructor(ctx: RktContext, { source, endpoint, repository, pace }: SessionTarget) {
    const path = `${endpoint.prefix}${repository}`;
    this.name = source.name;
    this.#http = httpContext(ctx, endpoint);
    this.#endpoint = endpoint;
    this.#base = `${endpoint.origin}/v2/${path}/`;
    this.#authorization = new Authorization(ctx, endpoint, path, pace);
    this.#pace = pace;
  }

  /**
   * Gets `manifests/…` or `blobs/…` of the image, with the authorization that is asked for.
   *
   * @returns the response, of status 200 or 206
   * @throws RktFailure `the registry … has no PATH: 404 (…)`, Error for a connection that breaks
   */
  async get(path: string, headers: OutgoingHttpHeaders): Promise<IncomingMessage> {
    for (let answered = 0; ; answered += 1) {
      const { header } = this.#authorization;
      const sent = {
        'accept-encoding': 'identity',
        'user-agent': 'rkt-streams',
        ...headers,
        ...(header === undefined ? {} : { authorization: header }),
      };
      const { response, url } = await retried(this.#pace, () =>
        httpRequest(this.#http, `${this.#base}${path}`, { headers: sent }),
      );
      if (response.statusCode === 200 || response.statusCode === 206) return response;
      // only the registry itself may say where credentials go
      const isOwn = new URL(url).origin === this.#endpoint.origin;
      const challenge = isOwn ? parseChallenge(response.headers['www-authenticate']) : undefined;
      if (response.statusCode !== 401 || challenge === undefined || answered > 0)
        throw await this.#failure(response, path);
      response.destroy();
      await this.#authorization.answer(challenge, header);
      if (this.#authorization.header === undefined) throw this.#noCredentials();
    }
  }

  /** A message of the other side, without what may not be shown. */
  cleaned(text: string): string {
    return cleaned(text, this.#authorization.secrets);
  }

  #noCredentials(): RktFailure {
    return new RktFailure(`${this.name} asks for credentials: ${this.#authorization.lack}`);
  }

  async #failure(response: IncomingMessage, path: string): Promise<RktFailure> {
    const status = response.statusCode ?? 0;
    const refusal = await refusalOf(response, this.#authorization.secrets);
    if (status === 404) return new RktFailure(`${this.name} has no ${path} of this image: ${refusal}`);
    if (status !== 401 && status !== 403) return new RktFailure(`${this.name} answers with ${refusal}`);
    return new RktFailure(`${this.name} denies access: ${refusal}; ${this.#authorization.lack}`);
  }
}

function httpContext({ env }: RktContext, { verifiesTls }: Endpoint): HttpContext {
  return { env, insecure: new Set(verifiesTls ? ([] as const) : (['tls'] as const)) };
}

/**
 * A session by the first, so the safest, way to a registry that leads to an answer.
 *
 * @throws RktFailure `Get "https://…/v2/": reason`
 */
export async function openSession(
  ctx: RktContext,
  source: Source,
  repository: string,
  pace: Pace,
): Promise<Session> {
  let failure: RktFailure | undefined;
  for (const endpoint of source.endpoints) {
    try {
      const { response } = await retried(pace, () =>
        httpRequest(httpContext(ctx, endpoint), `${endpoint.origin}/v2/`),
      );
      // what it says is said again when the image is asked for
      response.destroy();
      return new Session(ctx, { source, endpoint, repository, pace });
    } catch (error) {
      failure ??= unreachable(error, endpoint, source);
      const { code = '' } = causeOf(error);
      if (code === '' || HOST_ERRORS.has(code)) break;
    }
  }
  throw failure ?? new RktFailure(`${source.name} has no address`);
}

function causeOf(error: unknown): { readonly code?: string; readonly message?: string } {
  return (error as { cause?: { code?: string; message?: string } }).cause ?? {};
}

/** In Go's words where it has some, and with the remedy where there is one. */
function unreachable(error: unknown, { origin, host }: Endpoint, { endpoints }: Source): RktFailure {
  const { code = '' } = causeOf(error);
  const get = `Get "${origin}/v2/"`;
  const { hostname } = new URL(origin);
  if (code === 'ENOTFOUND') return new RktFailure(`${get}: dial tcp: lookup ${hostname}: no such host`);
  if (code === 'EAI_AGAIN')
    return new RktFailure(`${get}: dial tcp: lookup ${hostname}: temporary failure in name resolution`);
  if (code === 'ECONNREFUSED') return new RktFailure(`${get}: dial tcp ${host}: connection refused`);
  const isOnly = endpoints.length === 1;
  return new RktFailure(`${reasonOf(error)}${isOnly ? remedy(code) : ''}`);
}

function remedy(code: string): string {
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return '; if it speaks plain http, allow that: --insecure-options=image,http or registries.d';
  if (/CERT|VERIFY|SIGNATURE|ISSUER/.test(code))
    return "; add its authority to the system's certificates, or to SSL_CERT_FILE";
  return '';
}
