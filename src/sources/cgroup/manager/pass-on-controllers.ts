import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readKernelFile } from '../../kernel-file.ts';

/**
 * Enables controllers in these directories, from the top, so that they reach the children of the last one.
 *
 * Except for the root, a cgroup that contains processes cannot enable controllers. The kernel still lets it enable
 * `cpu`, but then no process can join any of its children.
 *
 * @throws Error naming the directory that cannot enable a required controller; optional ones are skipped
 */
export async function passOnControllers(
  directories: readonly string[],
  controllers: readonly string[],
  required: ReadonlySet<string>,
): Promise<void> {
  for (const directory of directories) {
    const file = join(directory, 'cgroup.subtree_control');
    const enabled = wordsOf(file) ?? [];
    const missing = controllers.filter((name) => !enabled.includes(name));
    const needed = missing.filter((name) => required.has(name));
    if (missing.length > 0 && holdsProcesses(directory)) {
      if (needed.length === 0) return;
      throw new Error(
        `${directory} cannot pass on ${needed.join(' and ')} because it holds processes: ` +
          'move them, and so the driver, into a cgroup below it',
      );
    }
    const offered = wordsOf(join(directory, 'cgroup.controllers')) ?? missing;
    const lacking = needed.filter((name) => !offered.includes(name));
    if (lacking.length > 0)
      throw new Error(`${directory} is not given the controller ${lacking.join(' and ')}`);
    for (const name of missing.filter((each) => offered.includes(each))) {
      const write = writeFile(file, `+${name}`);
      await (required.has(name) ? write : write.catch(() => undefined));
    }
  }
}

/** True for a cgroup whose parent only enables controllers such as `cpu`: no process can join it. */
export function cannotBeJoined(directory: string): boolean {
  return readKernelFile(join(directory, 'cgroup.type'))?.trim() === 'domain invalid';
}

/** Only the root, which has no type, may both contain processes and enable controllers. */
function holdsProcesses(directory: string): boolean {
  const isRoot = readKernelFile(join(directory, 'cgroup.type')) === undefined;
  return !isRoot && (readKernelFile(join(directory, 'cgroup.procs')) ?? '') !== '';
}

function wordsOf(file: string): readonly string[] | undefined {
  return readKernelFile(file)?.split(/\s+/);
}
