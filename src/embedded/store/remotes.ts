import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePaths } from './paths.ts';
import { readRecords } from './store-records.ts';
import { temporaryPath } from './temporary.ts';

/** Where an image came from: one JSON file a URL, as several URLs may lead to one image. */
export interface Remote {
  readonly url: string;
  /** Id of the image that the URL gave last. */
  readonly id: string;
  /** ms since the epoch. */
  readonly downloadedAtMs: number;
  /** True when the image's signature was verified. */
  readonly isVerified?: boolean;
  /** For how many seconds the server said that the download may be used again without a question. */
  readonly maxAgeS?: number;
  /** What the server calls this version of it. */
  readonly etag?: string;
}

/** What is known about a URL whose image is still in the store. */
export function readRemote(paths: StorePaths, url: string): Remote | undefined {
  const records = readRecords(paths);
  const remote = readFile(fileOf(paths, url));
  if (remote?.url === url && records.some(({ id }) => id === remote.id)) return remote;
  // stores of earlier versions have the URL in the image's own record
  const record = records.find((candidate) => candidate.url === url);
  return record && { url, id: record.id, downloadedAtMs: record.importedAtMs };
}

/** Keeps what is known about a URL, by rename. */
export function writeRemote(paths: StorePaths, remote: Remote): void {
  const file = fileOf(paths, remote.url);
  const temporary = temporaryPath(paths, 'remote');
  writeFileSync(temporary, JSON.stringify(remote), { mode: 0o660 });
  mkdirSync(dirOf(paths), { recursive: true, mode: 0o770 });
  renameSync(temporary, file);
}

/** All that is known of where an image came from. */
export function remotesOf(paths: StorePaths, id: string): readonly Remote[] {
  return namesIn(dirOf(paths)).flatMap((name) => {
    const remote = readFile(join(dirOf(paths), name));
    return remote?.id === id ? [remote] : [];
  });
}

/** Forgets the URLs of an image. */
export function removeRemotes(paths: StorePaths, id: string): void {
  for (const name of namesIn(dirOf(paths))) {
    const file = join(dirOf(paths), name);
    if (readFile(file)?.id === id) rmSync(file, { force: true });
  }
}

/** True while a download may be used again without asking its server. */
export function isFresh({ downloadedAtMs, maxAgeS }: Remote, nowMs: number): boolean {
  return maxAgeS !== undefined && downloadedAtMs <= nowMs && nowMs < downloadedAtMs + maxAgeS * 1_000;
}

function dirOf(paths: StorePaths): string {
  return join(paths.db, 'remotes');
}

function fileOf(paths: StorePaths, url: string): string {
  return join(dirOf(paths), `${createHash('sha256').update(url).digest('hex')}.json`);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined for a file that is not there, or was not written by this. */
function readFile(file: string): Remote | undefined {
  try {
    const json = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof Remote, unknown>>;
    const isRemote =
      typeof json.url === 'string' && typeof json.id === 'string' && typeof json.downloadedAtMs === 'number';
    return isRemote ? (json as Remote) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
