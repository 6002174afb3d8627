/** What an answer that is no success says. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const TOKEN_KEY = 'rkt-streams-token';

/** The token of this browser tab; gone when the tab is closed. */
export function readToken(): string | undefined {
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined;
}

export function keepToken(token: string | undefined): void {
  if (token === undefined || token === '') sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, token);
}

/** With the token, the browser may read where reads need it: its streams send a cookie, and cannot send a token. */
export async function beginSession(): Promise<void> {
  if (readToken() !== undefined) await request('POST', 'v1/session');
}

/** GET of JSON. @throws {@link ApiError} */
export async function getJson<T>(path: string): Promise<T> {
  return (await (await request('GET', path)).json()) as T;
}

/** POST or DELETE with the token. @throws {@link ApiError} */
export async function write(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
  await request(method, path, body);
}

/** POST with the token, whose answer is JSON. @throws {@link ApiError} */
export async function postJson<T>(path: string, body?: object): Promise<T> {
  return (await (await request('POST', path, body)).json()) as T;
}

export function taskPath(taskId: string, rest = ''): string {
  return `v1/tasks/${encodeURIComponent(taskId)}${rest}`;
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  const token = readToken();
  const response = await fetch(path, {
    method,
    cache: 'no-store',
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new ApiError(response.status, await reasonIn(response));
  return response;
}

interface ErrorAnswer {
  readonly error?: { readonly message?: string; readonly remedy?: string };
}

async function reasonIn(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text) as ErrorAnswer;
    const said = [error?.message, error?.remedy]
      .filter((part) => part !== undefined && part !== '')
      .join(' ');
    return said === '' ? `The agent answered ${response.status}.` : said;
  } catch {
    return `The agent answered ${response.status}.`;
  }
}
