import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readKernelFile } from '../../kernel-file.ts';

/**
 * Passes controllers on through these directories, from the top, so that they reach the cgroups below the last one.
 *
 * Below the root a cgroup that holds processes passes on none. The kernel would still let it pass on `cpu`, but that turns
 * every cgroup below it into one that no process can join.
 *
 * @throws Error naming the directory that cannot pass on what is required; what is not is left out where it cannot be had
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

/** True for a cgroup below one that passes on only such controllers as `cpu`: no process can join it. */
export function cannotBeJoined(directory: string): boolean {
  return readKernelFile(join(directory, 'cgroup.type'))?.trim() === 'domain invalid';
}

/** The root alone, which has no type, may both hold processes and pass on controllers. */
function holdsProcesses(directory: string): boolean {
  const isRoot = readKernelFile(join(directory, 'cgroup.type')) === undefined;
  return !isRoot && (readKernelFile(join(directory, 'cgroup.procs')) ?? '') !== '';
}

function wordsOf(file: string): readonly string[] | undefined {
  return readKernelFile(file)?.split(/\s+/);
}
