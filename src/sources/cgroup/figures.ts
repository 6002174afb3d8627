import { RktError } from '../../model/errors.ts';

/** What a cgroup tells of CPU: counters, in ns where they are times. */
export interface CpuFigures {
  readonly totalNs?: number;
  readonly userNs?: number;
  readonly systemNs?: number;
  readonly throttledPeriods?: number;
  readonly throttledNs?: number;
}

/**
 * The number that is all a file holds. Above 2^53 it is rounded.
 *
 * @throws RKT_ERR_CGROUP_PARSE quoting the text
 */
export function parseFigure(text: string, path: string): number {
  const line = text.trim();
  if (!/^\d+$/.test(line)) throw malformed(path, line);
  return Number(line);
}

/**
 * The `key number` lines of a file.
 *
 * @throws RKT_ERR_CGROUP_PARSE quoting the first line that is not one
 */
export function parseFlatKeyed(text: string, path: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, key, value] = /^(\S+) (\d+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw malformed(path, line);
    figures.set(key, Number(value));
  }
  return figures;
}

/** A limit in bytes; undefined for `max` and for the huge number by which v1 says "none". */
export function parseLimit(text: string, path: string): number | undefined {
  if (text.trim() === 'max') return undefined;
  const limit = parseFigure(text, path);
  return limit > Number.MAX_SAFE_INTEGER ? undefined : limit;
}

/** An object of those fields that have a value. */
export function measured<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** Usage without the file cache that the kernel would give back first. */
export function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  return usage === undefined || inactiveFile === undefined ? undefined : Math.max(0, usage - inactiveFile);
}

function malformed(path: string, line: string): RktError {
  const quoted = JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  return new RktError('RKT_ERR_CGROUP_PARSE', `Could not read ${path}: unexpected line ${quoted}`);
}
