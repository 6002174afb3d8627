import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { asyncScheduler, timer, type SchedulerLike, type Subscription } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import { loadAgentToken } from './agent-token.ts';
import { AGENT_LABEL, readTokensFile, tokenHash, type Right, type TokenEntry } from './tokens-file.ts';

/** Who has sent a request, and what it permits. */
export interface Caller {
  /** Of its token; absent for a caller without one, and on the unix socket. */
  readonly label?: string;
  readonly right: Right;
  /** When the token expires, in ISO 8601. */
  readonly expires?: string;
  /** Aborts when the token is revoked or expires; the reason is the error for the client. Absent without a token. */
  readonly ended?: AbortSignal;
}

/** The owner of the unix socket. */
export const OWNER: Caller = Object.freeze({ right: 'write' });
/** A caller without a token, where reads need none. */
export const ANYONE: Caller = Object.freeze({ right: 'read' });

/** The tokens of an agent: the one place that decides which of them is valid, and what it permits. */
export interface Authorizer {
  /** @throws RKT_ERR_TOKEN for a header without a token, and for one that is unknown or has expired */
  bearer(authorization: string | undefined): Caller;
  /** The value of the session cookie of a browser that has sent this header. @throws RKT_ERR_TOKEN */
  sessionKey(authorization: string | undefined): string;
  /** The reader with this cookie; undefined when its token is no longer valid. */
  session(key: string): Caller | undefined;
  /** Reads the files again. Files that cannot be used leave the tokens of before, with an error in the log. */
  reload(): void;
  close(): void;
}

export interface AuthorizerDeps {
  /** The token that the agent makes for itself. */
  readonly agentTokenFile: string;
  readonly tokensFile: string;
  /** The tokens file was named, and so must exist. */
  readonly isRequired: boolean;
  readonly logger: Logger;
  readonly scheduler?: SchedulerLike;
}

/** Timers of Node are shorter than what a token may be valid for. */
const LONGEST_TIMER_MS = 86_400_000;

/** @throws RKT_ERR_TOKEN_FILE, RKT_ERR_PERMISSION */
export function createAuthorizer(deps: AuthorizerDeps): Authorizer {
  return new TokenSet(deps);
}

class TokenSet implements Authorizer {
  readonly #deps: AuthorizerDeps;
  readonly #scheduler: SchedulerLike;
  #tokens: readonly HeldToken[] = [];
  /** Signs session cookies. */
  #secret = '';
  #expiry: Subscription | undefined;

  constructor(deps: AuthorizerDeps) {
    this.#deps = deps;
    this.#scheduler = deps.scheduler ?? asyncScheduler;
    this.#load();
  }

  bearer(authorization: string | undefined): Caller {
    return this.#find(authorization).caller;
  }

  sessionKey(authorization: string | undefined): string {
    return this.#keyOf(this.#find(authorization));
  }

  session(key: string): Caller | undefined {
    const token = onlyMatch(this.#tokens, digest(key), (one) => digest(this.#keyOf(one)));
    if (token === undefined || token.hasExpired(this.#scheduler.now())) return undefined;
    return { ...token.caller, right: 'read' };
  }

  reload(): void {
    try {
      this.#load();
    } catch (error) {
      this.#deps.logger.error({ err: error }, `the tokens were not changed: ${reasonOf(error)}`);
    }
  }

  close(): void {
    this.#expiry?.unsubscribe();
  }

  #find(authorization: string | undefined): HeldToken {
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (given === undefined) throw new RktError('RKT_ERR_TOKEN', 'The request has no bearer token');
    const token = onlyMatch(this.#tokens, digest(given), (one) => one.sha256);
    if (token === undefined) throw new RktError('RKT_ERR_TOKEN', 'The token of the request is unknown');
    if (token.hasExpired(this.#scheduler.now())) throw token.expired();
    return token;
  }

  /** Does not reveal the token, and needs the secret of the agent beside the hash. */
  #keyOf({ sha256 }: HeldToken): string {
    return createHmac('sha256', this.#secret).update('reads with ').update(sha256).digest('base64url');
  }

  /** Tokens that are still there keep their streams, also under another label or until another time. */
  #load(): void {
    const { agentTokenFile, tokensFile, isRequired } = this.#deps;
    const own = loadAgentToken(agentTokenFile);
    const others = readTokensFile(tokensFile);
    if (others === undefined && isRequired)
      throw new RktError('RKT_ERR_TOKEN_FILE', `The token file ${tokensFile} does not exist`);
    const entries: readonly TokenEntry[] = [
      { label: AGENT_LABEL, right: 'write', sha256: tokenHash(own) },
      ...(others ?? []),
    ];
    const before = new Map(this.#tokens.map((token) => [token.id, token]));
    this.#tokens = entries.map((entry) => {
      const fresh = new HeldToken(entry, before.get(idOf(entry))?.controller);
      before.delete(fresh.id);
      return fresh;
    });
    before.forEach((token) => token.controller.abort(token.revoked()));
    this.#secret = own;
    this.#watchExpiry();
  }

  /** Ends the streams of tokens that expire. */
  #watchExpiry(): void {
    this.#expiry?.unsubscribe();
    const nowMs = this.#scheduler.now();
    this.#tokens.filter((token) => token.hasExpired(nowMs)).forEach((t) => t.controller.abort(t.expired()));
    const left = this.#tokens.map(({ expiresAtMs }) => expiresAtMs - nowMs).filter((ms) => ms > 0);
    const nextMs = Math.min(...left);
    if (nextMs === Infinity) return;
    const waitMs = Math.min(nextMs, LONGEST_TIMER_MS);
    this.#expiry = timer(waitMs, this.#scheduler).subscribe({
      next: () => this.#watchExpiry(),
      error: (error: unknown) => this.#deps.logger.error({ err: error }, 'tokens no longer expire'),
    });
  }
}

/** A token while it is valid, with what ends its streams. */
class HeldToken {
  readonly id: string;
  readonly sha256: Buffer;
  readonly expiresAtMs: number;
  readonly caller: Caller;
  readonly controller: AbortController;

  constructor(entry: TokenEntry, controller = new AbortController()) {
    const { label, right, sha256, expires } = entry;
    this.id = idOf(entry);
    this.sha256 = Buffer.from(sha256, 'hex');
    this.expiresAtMs = expires === undefined ? Infinity : Date.parse(expires);
    this.controller = controller;
    // One for each stream of its readers.
    setMaxListeners(0, controller.signal);
    this.caller = { label, right, ended: controller.signal, ...(expires !== undefined && { expires }) };
  }

  hasExpired(nowMs: number): boolean {
    return this.expiresAtMs <= nowMs;
  }

  expired(): RktError {
    const { label, expires } = this.caller;
    return new RktError('RKT_ERR_TOKEN', `The token ${JSON.stringify(label)} expired at ${expires}`);
  }

  revoked(): RktError {
    return new RktError('RKT_ERR_TOKEN', `The token ${JSON.stringify(this.caller.label)} was revoked`);
  }
}

/** With less right it is another token. */
function idOf({ sha256, right }: TokenEntry): string {
  return `${right} ${sha256}`;
}

/** Takes the same time whichever it is: all are compared, each in constant time. */
function onlyMatch(
  tokens: readonly HeldToken[],
  given: Buffer,
  of: (token: HeldToken) => Buffer,
): HeldToken | undefined {
  return tokens.reduce<HeldToken | undefined>(
    (found, token) => (timingSafeEqual(of(token), given) ? token : found),
    undefined,
  );
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
