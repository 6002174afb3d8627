import * as fs from 'node:fs';
import type { Readable } from 'node:stream';
import { reasonOf } from '../../model/reason-of.ts';
import { RktFailure, errnoText } from '../embedded-context.ts';
import type { EntryMeter } from './meter.ts';
import { shortened } from './meter.ts';
import type { TarMember } from './read.ts';
import { readTar } from './read.ts';
import { insideRootfs, makeDirInRoot, placeInRoot } from './rootfs-path.ts';
import { seconds } from './seconds.ts';
import { SpecialFiles } from './special-files.ts';
import { Xattrs } from './xattrs.ts';

/** How an image is laid out. */
export interface ExtractOptions {
  /** Keep owners and make device nodes; only root can. */
  readonly asRoot: boolean;
  /** Lists of paths (absolute, below the rootfs): only what is in all lists is written, with its parents. */
  readonly pathWhitelists: readonly (readonly string[])[];
  /** Counts the members of all tars of a rendering; the default limits for this one alone when absent. */
  readonly meter?: EntryMeter;
  /** Called with what had to be skipped. */
  readonly warn: (text: string) => void;
}

/**
 * Writes the `rootfs` of an image's tar into a directory, over what is there already.
 *
 * Nothing is ever written outside of `rootDir`, whatever names and links the tar holds. Keeps modes, mtimes, extended
 * attributes, and as root owners. Returns false when the tar has no rootfs; then `rootDir` is not made.
 * @throws RktFailure when the tar is broken or cannot be laid out
 */
export async function extractRootfs(
  tar: Readable,
  rootDir: string,
  options: ExtractOptions,
): Promise<boolean> {
  const writer = new RootfsWriter(rootDir, options);
  for await (const member of readTar(tar, options.meter)) {
    if (member.path[0] === 'rootfs') await writer.write(member, member.path.slice(1));
  }
  writer.finish();
  return writer.began;
}

/** Of a directory only this is kept until the end, not its member, which holds on to the archive. */
type DirectoryFacts = Pick<TarMember, 'mode' | 'uid' | 'gid' | 'mtimeMs'>;

function factsOf({ mode, uid, gid, mtimeMs }: TarMember): DirectoryFacts {
  return { mode, uid, gid, mtimeMs };
}

class RootfsWriter {
  began = false;
  readonly #root: string;
  readonly #options: ExtractOptions;
  readonly #specials: SpecialFiles;
  readonly #xattrs: Xattrs;
  readonly #allowed: readonly ReadonlySet<string>[];
  /** Modes and times of directories are set last: a read-only one must still be filled, and filling changes the time. */
  readonly #directories = new Map<string, DirectoryFacts>();

  constructor(root: string, options: ExtractOptions) {
    this.#root = root;
    this.#options = options;
    this.#specials = new SpecialFiles(options.asRoot);
    this.#xattrs = new Xattrs(options.warn);
    this.#allowed = options.pathWhitelists.map(withParents);
  }

  /** @throws RktFailure naming the path for whatever Linux refuses */
  async write(member: TarMember, path: readonly string[]): Promise<void> {
    try {
      await this.#write(member, path);
    } catch (error) {
      if (error instanceof RktFailure) throw error;
      throw new RktFailure(
        `cannot write ${shortened(path.join('/'))} of the image: ${errnoText(error) ?? reasonOf(error)}`,
      );
    }
  }

  async #write(member: TarMember, path: readonly string[]): Promise<void> {
    if (!this.began) fs.mkdirSync(this.#root, { recursive: true, mode: 0o755 });
    this.began = true;
    if (!this.#allowed.every((allowed) => allowed.has(path.join('/')))) return;
    if (path.length === 0) {
      if (member.type === 'directory') this.#note(this.#root, member, path);
      return;
    }
    // Whatever comes may lie over a special file, or be a link to one.
    if (!isSpecial(member)) this.#specials.make();
    if (member.type === 'directory') this.#directory(member, path);
    else if (member.type === 'link') this.#hardLink(member, placeInRoot(this.#root, path), path);
    else await this.#plain(member, path);
  }

  async #plain(member: TarMember, path: readonly string[]): Promise<void> {
    const place = placeInRoot(this.#root, path);
    if (this.#specials.has(place)) this.#specials.make();
    clearPath(place, path);
    if (member.type === 'file') await this.#file(member, place);
    else if (member.type === 'symlink') this.#symlink(member, place);
    else this.#special(member, place, path);
    if (isSpecial(member) && member.xattrs !== undefined) this.#specials.make();
    this.#xattrs.put(place, path.join('/'), member.xattrs);
  }

  finish(): void {
    this.#specials.make();
    for (const [place, member] of [...this.#directories].reverse()) {
      this.#own(place, member);
      fs.chmodSync(place, member.mode);
      fs.utimesSync(place, seconds(member.mtimeMs), seconds(member.mtimeMs));
    }
    this.#xattrs.set();
  }

  /** Keeps what is set at the end. */
  #note(place: string, member: TarMember, path: readonly string[]): void {
    this.#directories.set(place, factsOf(member));
    this.#xattrs.put(place, path.join('/'), member.xattrs);
  }

  #directory(member: TarMember, path: readonly string[]): void {
    const place = placeInRoot(this.#root, path);
    const stat = fs.lstatSync(place, { throwIfNoEntry: false });
    // A directory over a symlink to a directory means that directory, as with tar itself.
    if (stat?.isSymbolicLink() === true) this.#note(makeDirInRoot(this.#root, path), member, path);
    else {
      if (stat !== undefined && !stat.isDirectory()) fs.unlinkSync(place);
      if (stat?.isDirectory() !== true) fs.mkdirSync(place, { mode: 0o700 });
      this.#note(place, member, path);
    }
  }

  async #file(member: TarMember, place: string): Promise<void> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
    const fd = fs.openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      for await (const chunk of member.content) {
        for (let at = 0; at < chunk.length;) at += fs.writeSync(fd, chunk, at);
      }
      if (this.#options.asRoot) fs.fchownSync(fd, member.uid, member.gid);
      // after chown, which clears the setuid bit
      fs.fchmodSync(fd, member.mode);
      fs.futimesSync(fd, seconds(member.mtimeMs), seconds(member.mtimeMs));
    } finally {
      fs.closeSync(fd);
    }
  }

  #symlink(member: TarMember, place: string): void {
    fs.symlinkSync(member.linkname, place);
    this.#own(place, member);
    fs.lutimesSync(place, seconds(member.mtimeMs), seconds(member.mtimeMs));
  }

  #hardLink(member: TarMember, place: string, path: readonly string[]): void {
    const target = insideRootfs(member.linkname);
    if (target === undefined)
      throw new RktFailure(`hard link out of the rootfs: ${path.join('/')} -> ${member.linkname}`);
    const source = placeInRoot(this.#root, target);
    const stat = fs.lstatSync(source, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) {
      throw new RktFailure(`hard link to nothing: ${path.join('/')} -> ${member.linkname}`);
    }
    if (source === place) return;
    clearPath(place, path);
    fs.linkSync(source, place);
  }

  #special(member: TarMember, place: string, path: readonly string[]): void {
    const isDevice = member.type !== 'fifo';
    if (isDevice && !this.#options.asRoot) {
      this.#options.warn(`device node ${JSON.stringify(path.join('/'))} left out: only root can make it`);
      return;
    }
    this.#specials.add({ place, shown: path.join('/'), member });
  }

  #own(place: string, member: DirectoryFacts): void {
    if (this.#options.asRoot) fs.lchownSync(place, member.uid, member.gid);
  }
}

function isSpecial({ type }: TarMember): boolean {
  return type === 'fifo' || type === 'character-device' || type === 'block-device';
}

/** Of a path that occurs twice (or in a dependency, too) the last one stays. */
function clearPath(place: string, path: readonly string[]): void {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) throw new RktFailure(`file over a directory in the image: ${path.join('/')}`);
  fs.unlinkSync(place);
}

function withParents(paths: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>(['']);
  for (const path of paths) {
    const parts = path.split('/').filter((part) => part !== '');
    parts.forEach((_, i) => all.add(parts.slice(0, i + 1).join('/')));
  }
  return all;
}
