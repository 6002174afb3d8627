import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ImageManifest } from '../manifest/aci-manifest.ts';
import type { StorePaths } from './paths.ts';
import { writeRecord } from './store-records.ts';
import { temporaryPath } from './temporary.ts';

const ID_DIGITS = 64;
const MODE = 0o660;

/** An uncompressed image on the file system of the store, whose manifest was validated. */
export interface NewImage {
  readonly file: string;
  /** Of the file, in hexadecimal digits. */
  readonly sha512: string;
  readonly manifest: ImageManifest;
}

/**
 * Moves an image into the store. The record comes last: an image without one, left by a command that was killed, is
 * unknown to everybody, and the next import of the same image completes it.
 *
 * @returns its id
 */
export function addImage(paths: StorePaths, { file, sha512, manifest }: NewImage): string {
  const id = `sha512-${sha512.slice(0, ID_DIGITS)}`;
  const manifestFile = temporaryPath(paths, 'manifest');
  const blobBytes = statSync(file).size;
  try {
    writeFileSync(manifestFile, JSON.stringify(manifest), { mode: MODE });
    place(manifestFile, paths.manifest(id));
  } finally {
    rmSync(manifestFile, { force: true });
  }
  chmodSync(file, MODE);
  place(file, paths.blob(id));
  const nowMs = performance.timeOrigin + performance.now();
  writeRecord(paths, { id, name: manifest.name, blobBytes, importedAtMs: nowMs, lastUsedAtMs: nowMs });
  return id;
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o770 });
  renameSync(from, to);
}
