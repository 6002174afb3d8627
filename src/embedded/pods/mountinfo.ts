import { readFileSync } from 'node:fs';

/** One line of /proc/self/mountinfo. */
export interface Mount {
  /** Absolute path of the mount point, unescaped. */
  readonly target: string;
  /** Options of the mount itself (`ro`, `nosuid`, …), not of its file system. */
  readonly options: readonly string[];
}

/** Parses mountinfo; lines come in the order of mounting, later ones may hide earlier ones at the same place. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const target = fields[4];
    if (target === undefined) return [];
    return [{ target: unescape(target), options: (fields[5] ?? '').split(',') }];
  });
}

/** The kernel writes space, tab, newline and backslash in octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** The mounts this process sees. */
export function readMounts(): readonly Mount[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** True for the directory itself and everything below it. */
export function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith('/') ? dir : `${dir}/`);
}

/** Mounts at or below a directory, in the order of mounting. */
export function mountsWithin(mounts: readonly Mount[], dir: string): readonly Mount[] {
  return mounts.filter((mount) => isWithin(mount.target, dir));
}

/** The mount a path lies on: the last of the deepest. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.reduce<Mount | undefined>((best, mount) => {
    if (!isWithin(path, mount.target)) return best;
    return best === undefined || mount.target.length >= best.target.length ? mount : best;
  }, undefined);
}
