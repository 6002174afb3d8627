import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { RktError, isRktError } from '../model/rkt-error.ts';
import { createRktRunner } from './command-runner.ts';
import type { RktBinary } from './found-binary.ts';
import { rktVersion } from './rkt-version.ts';

const VERSION_TIMEOUT_MS = 10_000;

/**
 * Finds the rkt to use.
 *
 * `auto` selects the rkt on PATH, or the embedded one if there is none; anything else except `embedded` is a path or
 * the name of a program on PATH. A program whose version identifies it as embedded counts as embedded, whatever its
 * path.
 *
 * @throws {@link RktError} RKT_ERR_RKT_MISSING
 */
export async function resolveRkt(choice: string, timeoutMs = VERSION_TIMEOUT_MS): Promise<RktBinary> {
  if (choice === 'embedded') return embeddedRkt();
  try {
    const path = await getAbsolutePath(choice === 'auto' ? 'rkt' : choice);
    return await foundRkt(path, Math.min(timeoutMs, VERSION_TIMEOUT_MS));
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_BINARY_MISSING')) throw error;
    if (choice === 'auto') return embeddedRkt();
    throw new RktError('RKT_ERR_RKT_MISSING', `no rkt at "${choice}"`, { cause: error });
  }
}

/**
 * The absolute path of a program: searched in PATH unless it contains a slash, with symbolic links resolved.
 *
 * @throws {@link RktError} RKT_ERR_BINARY_MISSING, naming the program
 * @example
 * console.log(await getAbsolutePath('rkt')); // /usr/bin/rkt
 */
export async function getAbsolutePath(bin: string): Promise<string> {
  const searched = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir.startsWith('/'));
  const candidates = bin.includes('/') ? [resolve(bin)] : searched.map((dir) => join(dir, bin));
  for (const candidate of bin === '' ? [] : candidates) {
    if (await isProgram(candidate)) return realpath(candidate);
  }
  const where = bin.includes('/') ? '' : ' in PATH';
  throw new RktError('RKT_ERR_BINARY_MISSING', `no program "${bin}"${where}`);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function foundRkt(path: string, timeoutMs: number): Promise<RktBinary> {
  const binary: RktBinary = { command: [path], runtime: 'rkt' };
  try {
    const answer = await rktVersion(createRktRunner({ binary, timeoutMs }));
    const found = { answer, atMs: performance.now() };
    return { ...binary, found, ...(answer.embedded && { runtime: 'embedded' }) };
  } catch (error) {
    // It exists, whatever is wrong with it; the fingerprint reports that.
    if (isRktError(error)) return { ...binary, found: { answer: error, atMs: performance.now() } };
    throw error;
  }
}

/** The embedded rkt of this package: beside the compiled code, also when this file runs from its source. */
async function embeddedRkt(): Promise<RktBinary> {
  const places = ['../embedded/', '../../dist/embedded/'].map((place) => new URL(place, import.meta.url));
  for (const place of places) {
    if (!(await isReadable(new URL('../programs/rkt.js', place)))) continue;
    const pathOf = (name: string): string => fileURLToPath(new URL(name, place));
    const command = ['/bin/sh', pathOf('rkt.sh')];
    return { command, runtime: 'embedded', worker: pathOf('../programs/rkt-worker.js') };
  }
  const searched = places.map((place) => fileURLToPath(place)).join(' and ');
  throw new RktError('RKT_ERR_RKT_MISSING', `the embedded rkt was not built: looked in ${searched}`);
}

async function isReadable(file: URL): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
