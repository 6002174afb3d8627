import type { AgentErrors } from '../../drivers/remote/agent-error.ts';
import { createRequests } from '../../drivers/remote/agent-requests.ts';
import { fetchTransportAt } from '../../drivers/remote/fetch-transport.ts';
import type { StreamLink } from '../../drivers/remote/reconnecting-stream.ts';
import type { Timers } from '../../drivers/remote/timers.ts';

/** What an answer that is no success says. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Undefined for what a stream reports. */
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(message: string, { status, code }: { status?: number | undefined; code?: string | undefined }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TOKEN_KEY = 'rkt-streams-token';

/** What the agent permits to this page. */
interface Session {
  /** Of the token. */
  readonly label?: string;
  readonly right: 'read' | 'write';
}

const READS: Session = { right: 'read' };
let session = READS;

/** The token of this browser tab; gone when the tab is closed. */
export function readToken(): string | undefined {
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined;
}

export function keepToken(token: string | undefined): void {
  session = READS;
  if (token === undefined || token === '') sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, token);
}

interface ErrorAnswer {
  readonly error?: { readonly code?: string; readonly message?: string; readonly remedy?: string };
}

/** Errors as the agent words them. The page retries after each, and shows the reason. */
const PAGE_ERRORS: AgentErrors = {
  ofBody(text, { status }) {
    const { error } = parseAnswer(text);
    const said = [error?.message, error?.remedy].filter((part) => part !== undefined && part !== '');
    if (said.length > 0) return new ApiError(said.join(' '), { status, code: error?.code });
    return status === undefined ? undefined : new ApiError(`The agent answered ${status}.`, { status });
  },
  lost: (_, what, cause) => new Error(`The agent ${what}.`, { cause }),
  isOwn: (error) => error instanceof ApiError,
  isPassing: () => true,
  isTaskGone: (error) => error instanceof ApiError && error.code === 'RKT_ERR_TASK_NOT_FOUND',
};

const TIMERS: Timers = {
  now: () => Date.now(),
  schedule(work, delayMs) {
    const timer = setTimeout(work, delayMs);
    return { unsubscribe: () => clearTimeout(timer) };
  },
};

/** The agent that has served this page, over the requests and streams of the client for programs. */
export const agent: StreamLink = {
  requests: createRequests(fetchTransportAt(new URL('.', document.baseURI), readToken), PAGE_ERRORS),
  reconnect: true,
  // An agent sends a sign of life every 15 s.
  silenceMs: 40_000,
  scheduler: TIMERS,
  random: Math.random,
};

/** With the token, the browser may read where reads need it: links such as a download send a cookie, and cannot send a token. */
export async function beginSession(): Promise<void> {
  if (readToken() !== undefined) await write('POST', 'v1/session');
}

/** As the agent answered last; reads alone until it has. */
export function currentSession(): Session {
  return session;
}

export function mayWrite(): boolean {
  return session.right === 'write';
}

/** Asks the agent what the token of this page permits. @throws {@link ApiError} for a token that is not valid */
export async function readSession(): Promise<void> {
  try {
    // Until the answer, what is permitted stays: a button that is locked for a moment loses the focus.
    session = await getJson<Session>('v1/session');
  } catch (error) {
    session = READS;
    throw error;
  }
}

/** GET of JSON. @throws {@link ApiError} */
export async function getJson<T>(path: string): Promise<T> {
  return (await agent.requests.json({ path: `/${path}` })) as T;
}

/** POST or DELETE with the token. @throws {@link ApiError} */
export async function write(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
  await agent.requests.json({ method, path: `/${path}`, ...(body !== undefined && { body }) });
}

/** POST with the token, whose answer is JSON. @throws {@link ApiError} */
export async function postJson<T>(path: string, body?: object): Promise<T> {
  const request = { method: 'POST', path: `/${path}`, ...(body !== undefined && { body }) } as const;
  return (await agent.requests.json(request)) as T;
}

export function taskPath(taskId: string, rest = ''): string {
  return `v1/tasks/${encodeURIComponent(taskId)}${rest}`;
}

function parseAnswer(text: string): ErrorAnswer {
  try {
    return (JSON.parse(text) ?? {}) as ErrorAnswer;
  } catch {
    return {};
  }
}
