import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePaths } from './paths.ts';
import { temporaryPath } from './temporary.ts';

/** What the store knows about an image besides its blob and manifest: one JSON file an image. */
export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  /** ms since the epoch, with fractions: the order of imports matters. */
  readonly importedAtMs: number;
  readonly lastUsedAtMs: number;
  /** Size of the uncompressed tar in bytes. */
  readonly blobBytes: number;
  /** Size in bytes of the tree, if it was rendered since this import. */
  readonly treeBytes?: number;
  /** Where it was downloaded from, in stores of earlier versions; see `remotes.ts`. */
  readonly url?: string;
}

/** All records, the oldest import first. Files that are no record are passed over. */
export function readRecords(paths: StorePaths): readonly ImageRecord[] {
  return readdirSync(paths.db)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRecord(join(paths.db, file)))
    .filter((record) => record !== undefined)
    .sort((a, b) => a.importedAtMs - b.importedAtMs || (a.id < b.id ? -1 : 1));
}

function readRecord(file: string): ImageRecord | undefined {
  let json: Partial<Record<keyof ImageRecord, unknown>>;
  try {
    json = JSON.parse(readFileSync(file, 'utf8')) as typeof json;
  } catch (error) {
    // removed by another rkt since the directory was read, or not ours
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { id, name, importedAtMs, lastUsedAtMs, blobBytes } = json;
  const numbers = [importedAtMs, lastUsedAtMs, blobBytes].every((value) => typeof value === 'number');
  return typeof id === 'string' && typeof name === 'string' && numbers ? (json as ImageRecord) : undefined;
}

/** Writes a record, by rename. */
export function writeRecord(paths: StorePaths, record: ImageRecord): void {
  const temporary = temporaryPath(paths, 'record');
  writeFileSync(temporary, JSON.stringify(record), { mode: 0o660 });
  renameSync(temporary, paths.record(record.id));
}

/** Removes everything the store has of an image but trees, which pods may be using. */
export function removeImage(paths: StorePaths, id: string): void {
  rmSync(paths.record(id), { force: true });
  rmSync(paths.blob(id), { force: true });
  rmSync(paths.manifest(id), { force: true });
}
