import { posix } from 'node:path';

import { HEAD_BYTES, interpreterOf } from '../../model/interpreter.ts';
import { RktFailure } from '../embedded-context.ts';
import type { Resolved, RootfsView } from './rootfs-view.ts';

const ANY_EXECUTE_BIT = 0o111;

/**
 * Absolute path of an app's program: as it is, below the working directory, or from the search path.
 *
 * @param path value of the app's PATH, if its own environment has one
 * @throws RktFailure in rkt's words
 */
export function findExecutable(
  view: RootfsView,
  name: string,
  workingDir: string,
  path: string | undefined,
): string {
  if (name.startsWith('/')) return name;
  if (name.includes('/')) return posix.join('/', workingDir, name);
  const search = path ?? `${workingDir === '/' ? '' : workingDir}:/bin:/usr/bin`;
  const candidates = search.split(':').map((dir) => posix.join('/', dir === '' ? workingDir : dir, name));
  const found = candidates.find((candidate) => isProgram(view.resolve(candidate)));
  if (found !== undefined) return found;
  throw new RktFailure(`can't find the absolute executable for ${JSON.stringify(name)}`, [
    `unable to find ${JSON.stringify(name)} in ${JSON.stringify(search)}`,
  ]);
}

/** Makes sure, as far as possible beforehand, that a program can be executed. @throws RktFailure in rkt's words */
export function checkExecutable(view: RootfsView, path: string): void {
  const problem = executableProblem(view, path);
  if (problem !== undefined) throw new RktFailure(`can't execute ${JSON.stringify(path)}`, [problem]);
}

/** Makes sure that an app's working directory is there. @throws RktFailure */
export function checkWorkingDir(view: RootfsView, dir: string): void {
  const stat = view.resolve(dir)?.stat;
  if (stat?.isDirectory() === true) return;
  const problem = stat === undefined ? 'no such file or directory' : 'not a directory';
  throw new RktFailure(`can't change to working directory ${JSON.stringify(dir)}`, [
    `chdir ${dir}: ${problem}`,
  ]);
}

function isProgram(found: Resolved | undefined): boolean {
  return found?.stat?.isFile() === true && (found.stat.mode & ANY_EXECUTE_BIT) !== 0;
}

/** Why a program cannot be executed, as far as that can be seen beforehand; its interpreter counts, too. */
export function executableProblem(view: RootfsView, path: string, depth = 0): string | undefined {
  const found = view.resolve(path);
  if (found?.stat === undefined) return found === undefined ? 'not a directory' : 'no such file or directory';
  if (!isProgram(found)) return 'permission denied';
  if (depth > 4) return undefined;
  const interpreter = interpreterOf(view.head(found, HEAD_BYTES));
  return interpreter === undefined ? undefined : executableProblem(view, interpreter, depth + 1);
}
