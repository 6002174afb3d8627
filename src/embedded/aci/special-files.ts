import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { RktFailure } from '../embedded-context.ts';
import type { TarMember } from './read.ts';
import { seconds } from './seconds.ts';

/** A device node or a fifo that is to be made. */
export interface SpecialFile {
  /** Where, and how its path in the image is written in messages. */
  readonly place: string;
  readonly shown: string;
  readonly member: Pick<TarMember, 'type' | 'major' | 'minor' | 'mode' | 'uid' | 'gid' | 'mtimeMs'>;
}

/** Far below what the arguments of a process may take together. */
const MAX_BATCH_BYTES = 64 * 1024;
const MAKE_ALL = `
while [ $# -gt 0 ]; do
  case $2 in
    p) mknod -- "$1" p || exit ;;
    *) mknod -- "$1" "$2" "$3" "$4" || exit ;;
  esac
  shift 4
done`;

/**
 * Makes the special files of an image, many with one process: Node.js cannot make them, and to start a process from it
 * takes longer than all else that is done for one of them.
 */
export class SpecialFiles {
  readonly #asRoot: boolean;
  readonly #pending = new Map<string, SpecialFile>();
  #bytes = 0;

  /** @param asRoot keep the owners */
  constructor(asRoot: boolean) {
    this.#asRoot = asRoot;
  }

  /** True for a place that is taken, though there is nothing yet. */
  has(place: string): boolean {
    return this.#pending.has(place);
  }

  /** Nothing but other special files may be laid out before {@link make} is called. */
  add(file: SpecialFile): void {
    this.#pending.set(file.place, file);
    this.#bytes += Buffer.byteLength(file.place);
    if (this.#bytes > MAX_BATCH_BYTES) this.make();
  }

  /** Makes all that was added. @throws RktFailure naming the one that cannot be made */
  make(): void {
    const files = [...this.#pending.values()];
    if (files.length === 0) return;
    this.#pending.clear();
    this.#bytes = 0;
    try {
      const args = files.flatMap(argumentsOf);
      execFileSync('sh', ['-c', MAKE_ALL, 'sh', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      throw cannotMake(files, error);
    }
    files.forEach((file) => this.#dress(file));
  }

  #dress({ place, member }: SpecialFile): void {
    if (this.#asRoot) fs.lchownSync(place, member.uid, member.gid);
    fs.chmodSync(place, member.mode);
    fs.utimesSync(place, seconds(member.mtimeMs), seconds(member.mtimeMs));
  }
}

function argumentsOf({ place, member }: SpecialFile): readonly string[] {
  if (member.type === 'fifo') return [place, 'p', '', ''];
  return [place, member.type === 'character-device' ? 'c' : 'b', String(member.major), String(member.minor)];
}

/** They are made in turn, so that it is the first one that is not there. */
function cannotMake(files: readonly SpecialFile[], error: unknown): RktFailure {
  const isThere = ({ place }: SpecialFile): boolean => {
    const stat = fs.lstatSync(place, { throwIfNoEntry: false });
    return stat !== undefined && !stat.isDirectory();
  };
  const shown = files.find((file) => !isThere(file))?.shown ?? '';
  const { stderr, message } = error as Error & { stderr?: Buffer };
  const why = stderr === undefined || stderr.length === 0 ? message : stderr.toString();
  return new RktFailure(
    `cannot make device node ${JSON.stringify(shown)}: ${why.trim().replaceAll(/\s*\n\s*/g, ' ')}`,
  );
}
