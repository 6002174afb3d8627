import { VERSION_HEADER } from '../model/agent-version.ts';

/** The headers of every answer; the page has a policy of its own. */
export function answerHeaders(version: string): Readonly<Record<string, string>> {
  return {
    [VERSION_HEADER]: version,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': "default-src 'none'",
    'Cache-Control': 'no-store',
  };
}
