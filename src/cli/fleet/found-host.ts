/** A host of a fleet as it was found. */
export interface FoundHost {
  /** Without slash and white space; begins the ids of its tasks. */
  readonly name: string;
  /** `http:`, `https:` or `unix:`. */
  readonly url: string;
  /** Absolute path of the file with the token of its agent. */
  readonly tokenFile?: string;
  /** Absolute path of a file with the certificates that are trusted for its agent. */
  readonly caFile?: string;
}

/** How the hosts are found: one question, which is asked again and again. */
export interface HostSearch {
  /**
   * @param warn for what is worth a line in the log, but no error
   * @throws what keeps the hosts as they are
   */
  find(warn: (what: string) => void): Promise<readonly FoundHost[]>;
}

/** The URL of an agent at an address, which can be one of IPv6. */
export function agentUrlAt(scheme: string, address: string, port: number): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/**
 * Gives hosts of one name their port too, and leaves out what is there twice: two agents of one machine are two hosts, and
 * two records of one agent are one.
 */
export function withUniqueNames(
  found: readonly { readonly name: string; readonly port: number; readonly url: string }[],
): readonly FoundHost[] {
  const byUrl = new Map(found.map((host) => [host.url, host]));
  const counts = new Map<string, number>();
  for (const { name } of byUrl.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...byUrl.values()]
    .map(({ name, port, url }) => ({ name: counts.get(name) === 1 ? name : `${name}:${port}`, url }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
