import type { HttpResponse } from '../http/get.ts';

/** How waiting is done; tests do not wait. */
export interface Pace {
  sleep(ms: number): Promise<void>;
}

export const realPace: Pace = { sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
/** A registry that asks for more is not waited for: the caller decides. */
const LONGEST_WAIT_MS = 60_000;
const BUSY: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/**
 * Sends a request again while the registry is too busy or the connection breaks, five times at most.
 *
 * `Retry-After` is kept to; without it the waits double from half a second.
 * @returns the last response, whatever its status
 */
export async function retried(pace: Pace, attempt: () => Promise<HttpResponse>): Promise<HttpResponse> {
  for (let made = 1; ; made += 1) {
    const isLast = made === ATTEMPTS;
    const result = await attempt().catch((error: unknown) => {
      if (isLast || !isBroken(error)) throw error;
      return undefined;
    });
    const busy = result !== undefined && BUSY.has(result.response.statusCode ?? 0);
    if (result !== undefined && (!busy || isLast)) return result;
    const waitMs = retryAfterMs(result?.response.headers['retry-after']) ?? backoffMs(made);
    if (result !== undefined && waitMs > LONGEST_WAIT_MS) return result;
    result?.response.destroy();
    await pace.sleep(waitMs);
  }
}

/** Half a second, doubled each time, and up to a quarter more: many machines shall not come back at once. */
export function backoffMs(made: number): number {
  return FIRST_WAIT_MS * 2 ** (made - 1) * (1 + Math.random() / 4);
}

/** `Retry-After`, in seconds or as a date. */
export function retryAfterMs(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(waitMs, 0);
}

/** True for a connection that broke, which a new one may not. */
export function isBroken(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return BROKEN.has(cause?.code ?? '');
}
