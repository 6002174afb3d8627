import { posix } from 'node:path';

import { RktFailure } from '../context.ts';
import type { Resolved, RootfsView } from './rootfs-view.ts';

const ANY_EXECUTE_BIT = 0o111;
const HEAD_BYTES = 4096;
const ELF_MAGIC = 0x7f454c46;
const PT_INTERP = 3;

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

/** The interpreter a program names: the dynamic loader of an ELF file, or the program after `#!`. */
export function interpreterOf(head: Buffer): string | undefined {
  if (head.subarray(0, 2).toString('latin1') === '#!') {
    return /^#![ \t]*([^ \t\n\0]+)/.exec(head.toString('utf8'))?.[1];
  }
  if (head.length < 64 || head.readUInt32BE(0) !== ELF_MAGIC || head[5] !== 1) return undefined;
  return head[4] === 2 ? elfInterpreter(head, ELF64) : elfInterpreter(head, ELF32);
}

/** Offsets of what is needed from an ELF header and its program headers. */
interface ElfLayout {
  readonly wide: boolean;
  readonly tableAt: number;
  readonly entrySizeAt: number;
  readonly countAt: number;
  readonly offsetAt: number;
  readonly sizeAt: number;
}
const ELF64: ElfLayout = { wide: true, tableAt: 32, entrySizeAt: 54, countAt: 56, offsetAt: 8, sizeAt: 32 };
const ELF32: ElfLayout = { wide: false, tableAt: 28, entrySizeAt: 42, countAt: 44, offsetAt: 4, sizeAt: 16 };

function elfInterpreter(head: Buffer, elf: ElfLayout): string | undefined {
  const word = (at: number) => (elf.wide ? Number(head.readBigUInt64LE(at)) : head.readUInt32LE(at));
  const entrySize = head.readUInt16LE(elf.entrySizeAt);
  for (let i = 0; i < head.readUInt16LE(elf.countAt); i += 1) {
    const at = word(elf.tableAt) + i * entrySize;
    if (entrySize === 0 || at + entrySize > head.length) return undefined;
    if (head.readUInt32LE(at) !== PT_INTERP) continue;
    const start = word(at + elf.offsetAt);
    const text = head
      .subarray(start, start + word(at + elf.sizeAt))
      .toString('utf8')
      .replace(/\0.*$/s, '');
    return text.startsWith('/') ? text : undefined;
  }
  return undefined;
}
