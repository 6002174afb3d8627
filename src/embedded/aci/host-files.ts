import { execFileSync } from 'node:child_process';
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RktFailure } from '../embedded-context.ts';
import type { RootfsFile } from './rootfs-file.ts';

const MAX_LINKS = 40;

/**
 * Programs of this machine as files of an image: with the shared libraries and the ELF interpreter `ldd` names.
 *
 * Every file keeps its path. Symlinks on the way (`/bin` -> `usr/bin`, `libc.so.6` -> …) are taken along, so that each
 * path works in the image as it does here. Directories are not taken with their contents.
 * @param paths absolute paths of files
 * @throws RktFailure when a file is missing
 */
export function collectHostPaths(paths: readonly string[]): RootfsFile[] {
  const found = new Map<string, RootfsFile>();
  for (const path of paths) {
    if (!isAbsolute(path)) throw new RktFailure(`not an absolute path: ${path}`);
    for (const needed of [path, ...librariesOf(path)]) addPath(found, needed);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Absolute paths in what ldd prints; none for scripts and static programs, where ldd fails. */
function librariesOf(path: string): string[] {
  const real = realpathOf(path);
  let output: string;
  try {
    output = execFileSync('ldd', [real], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return [];
  }
  if (/not found/.test(output))
    throw new RktFailure(`a shared library of ${path} is missing on this machine`);
  return [...output.matchAll(/(?:^\s*|=>\s)(\/\S+)\s\(0x[0-9a-f]+\)$/gm)].map((match) => match[1] ?? '');
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new RktFailure(`no such file: ${path}`);
  }
}

/** Adds a path with every symlink that leads to it. */
function addPath(found: Map<string, RootfsFile>, path: string): void {
  let todo = resolve(path).slice(1).split('/');
  let done = '/';
  for (let links = 0; todo.length > 0;) {
    const [part = '', ...rest] = todo;
    const here = join(done, part);
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (stat === undefined) throw new RktFailure(`no such file: ${here}`);
    const key = here.slice(1);
    if (stat.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) throw new RktFailure(`too many levels of symbolic links: ${path}`);
      const linkname = readlinkSync(here);
      found.set(key, { path: key, type: 'symlink', mode: 0o777, linkname });
      todo = [...resolve(dirname(here), linkname).slice(1).split('/'), ...rest];
      done = '/';
      continue;
    }
    const mode = statSync(here).mode & 0o7777;
    if (stat.isDirectory()) found.set(key, { path: key, type: 'directory', mode });
    else found.set(key, { path: key, type: 'file', mode, source: here });
    done = here;
    todo = rest;
  }
}
