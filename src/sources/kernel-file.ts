import { readFileSync } from 'node:fs';

/** Errors that mean "this file or process does not exist (any more)". */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ESRCH', 'ENODEV', 'EOPNOTSUPP', 'EACCES', 'EPERM']);

/**
 * The text of a /proc or cgroup file, or undefined when it is absent or not readable.
 *
 * Synchronous on purpose: these files never touch a disk, and a promise costs twelve times as much as the read.
 */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (ABSENT.has(errnoCode(error))) return undefined;
    throw error;
  }
}

/** The errno name of a failed system call, or the empty string. */
export function errnoCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
