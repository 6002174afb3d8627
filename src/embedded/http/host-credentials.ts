import type { OutgoingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { ConfigDirs } from '../rkt-configuration.ts';
import { readConfig } from '../rkt-configuration.ts';
import { RktFailure } from '../embedded-context.ts';

/** An entry of `auth.d` for downloads of images, signatures and keys, by host. */
const authEntry = z.discriminatedUnion('type', [
  z.object({
    domains: z.array(z.string()),
    type: z.literal('basic'),
    credentials: z.object({ user: z.string(), password: z.string() }),
  }),
  z.object({
    domains: z.array(z.string()),
    type: z.literal('oauth'),
    credentials: z.object({ token: z.string() }),
  }),
]);

/** The headers to send to a host (`example.com` or `example.com:8443`). */
export type HostHeaders = (host: string) => OutgoingHttpHeaders;

/**
 * The credentials of rkt's configuration (`auth.d`, `rktKind` `auth`) as headers. The files are read at the first request;
 * the local directory wins over that of the system, the user's over both.
 *
 * @returns a function that throws RktFailure for entries it cannot use; no value of theirs is in the message
 */
export function hostHeaders(dirs: ConfigDirs): HostHeaders {
  let known: ReadonlyMap<string, OutgoingHttpHeaders> | undefined;
  return (host) => {
    known ??= readHeaders(dirs);
    return known.get(host) ?? {};
  };
}

function readHeaders(dirs: ConfigDirs): ReadonlyMap<string, OutgoingHttpHeaders> {
  const headers = new Map<string, OutgoingHttpHeaders>();
  for (const entry of readConfig(dirs).auth.filter(({ rktKind }) => rktKind === 'auth')) {
    const parsed = authEntry.safeParse(entry);
    if (!parsed.success) {
      throw new RktFailure('cannot use the credentials of auth.d', [
        `${describe(entry)} needs "type": "basic" with "credentials": {"user", "password"}, or "oauth" with {"token"}`,
      ]);
    }
    for (const domain of parsed.data.domains)
      headers.set(domain, { authorization: authorization(parsed.data) });
  }
  return headers;
}

function authorization(entry: z.infer<typeof authEntry>): string {
  if (entry.type === 'oauth') return `Bearer ${entry.credentials.token}`;
  const { user, password } = entry.credentials;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function describe({ domains }: Readonly<Record<string, unknown>>): string {
  return Array.isArray(domains) && domains.length > 0
    ? `the entry for ${domains.join(', ')}`
    : 'an entry without domains';
}
