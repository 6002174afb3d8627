import { z } from 'zod';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { httpRequest } from '../http/get.ts';
import { printable } from '../../model/printable.ts';
import { readBody } from './bodies.ts';
import type { Challenge } from './challenge.ts';
import { credentialsFor } from './registry-credentials.ts';
import type { Credentials } from './docker-config.ts';
import type { Endpoint } from './registry-endpoints.ts';
import { refusalOf } from './refusal.ts';
import type { Pace } from './retry.ts';
import { retried } from './retry.ts';

const TOKEN_BYTES = 1024 * 1024;
const tokenSchema = z.looseObject({ token: z.string().nullish(), access_token: z.string().nullish() });
const CLIENT = 'rkt-streams';

/** The header that one endpoint wants for pulling one image, renewed when it is refused. */
export class Authorization {
  readonly #ctx: RktContext;
  readonly #endpoint: Endpoint;
  readonly #scope: string;
  readonly #pace: Pace;
  /** What no message may have in it. */
  readonly secrets = new Set<string>();
  /** Why there may be no credentials where some are asked for. */
  lack: string;
  #renewing: Promise<void> | undefined;
  /** The value of the header; undefined until one was asked for. */
  header: string | undefined;

  constructor(ctx: RktContext, endpoint: Endpoint, repository: string, pace: Pace) {
    this.#ctx = ctx;
    this.#endpoint = endpoint;
    this.#scope = `repository:${repository}:pull`;
    this.#pace = pace;
    this.lack = `no credentials for ${endpoint.host} in auth.d or docker's configuration`;
  }

  /** Answers a challenge; requests that are refused at the same time share one answer. @throws RktFailure */
  async answer(challenge: Challenge, refused: string | undefined): Promise<void> {
    if (this.header !== refused) return;
    this.#renewing ??= this.#renew(challenge).finally(() => (this.#renewing = undefined));
    await this.#renewing;
  }

  async #renew(challenge: Challenge): Promise<void> {
    const credentials = await this.#credentials();
    if (challenge.scheme === 'bearer') this.header = `Bearer ${await this.#token(challenge, credentials)}`;
    else if (credentials?.kind === 'password') this.header = this.#basic(credentials);
  }

  async #credentials(): Promise<Credentials | undefined> {
    const found = await credentialsFor(this.#ctx, this.#endpoint.host);
    if (found === undefined) return undefined;
    const { origin, host } = this.#endpoint;
    const why = origin.startsWith('http:') ? 'plain http' : 'a connection that was not verified';
    this.lack = this.#endpoint.takesCredentials
      ? `the credentials for ${host} are not accepted`
      : `the credentials for ${host} are not sent over ${why}; name it as insecure in registries.d to allow that`;
    return this.#endpoint.takesCredentials ? found : undefined;
  }

  #basic({ user, password }: Extract<Credentials, { kind: 'password' }>): string {
    const value = Buffer.from(`${user}:${password}`).toString('base64');
    this.#keepSecret(value, password);
    return `Basic ${value}`;
  }

  #keepSecret(...values: readonly string[]): void {
    values.filter((value) => value !== '').forEach((value) => this.secrets.add(value));
  }

  async #token(
    challenge: Extract<Challenge, { scheme: 'bearer' }>,
    credentials: Credentials | undefined,
  ): Promise<string> {
    const realm = this.#realm(challenge.realm);
    // another host is not covered by what was allowed for the registry
    const isOwnHost = realm.hostname === new URL(this.#endpoint.origin).hostname;
    const isSafe = isOwnHost || realm.protocol === 'https:';
    const verifies = isOwnHost ? this.#endpoint.verifiesTls : true;
    const ctx = { ...this.#ctx, insecure: new Set(verifies ? ([] as const) : (['tls'] as const)) };
    const scope = challenge.scope.startsWith('repository:') ? challenge.scope : this.#scope;
    const sent = isSafe ? credentials : undefined;
    const { url, options } = this.#tokenRequest(realm, { service: challenge.service, scope }, sent);
    try {
      const { response } = await retried(this.#pace, () => httpRequest(ctx, url, options));
      if (response.statusCode !== 200) throw new Error(await refusalOf(response, this.secrets));
      const { token, access_token: access } = tokenSchema.parse(
        JSON.parse((await readBody(response, TOKEN_BYTES)).toString()),
      );
      const value = token ?? access ?? '';
      if (!/^[\x21-\x7e]+$/.test(value)) throw new Error('the answer has no token');
      this.#keepSecret(value);
      return value;
    } catch (error) {
      throw new RktFailure(
        `cannot get a token of ${realm.origin}${realm.pathname} for ${this.#endpoint.host}: ${tokenReason(error)}`,
      );
    }
  }

  #tokenRequest(realm: URL, wanted: Readonly<Record<string, string>>, credentials: Credentials | undefined) {
    if (credentials?.kind === 'identity-token') {
      this.#keepSecret(credentials.token);
      const grant = { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: credentials.token };
      return { url: realm.href, options: { form: { ...grant, ...wanted } } };
    }
    for (const [name, value] of Object.entries(wanted)) if (value !== '') realm.searchParams.set(name, value);
    const headers = credentials === undefined ? {} : { authorization: this.#basic(credentials) };
    return { url: realm.href, options: { headers } };
  }

  #realm(text: string): URL {
    const fits = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
    const realm = fits ? new URL(text) : undefined;
    if (realm?.protocol === 'https:' || (realm && this.#endpoint.origin.startsWith('http:'))) return realm;
    throw new RktFailure(
      `${this.#endpoint.host} sends to ${JSON.stringify(printable(text.slice(0, 100)))} for a token, which is no https URL`,
    );
  }
}

function tokenReason(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return 'the answer is no token';
  return error instanceof Error ? error.message : String(error);
}
