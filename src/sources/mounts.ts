import { readKernelFile } from './kernel-file.ts';

/** One mount of the mount namespace of this process. */
export interface MountEntry {
  readonly mountPoint: string;
  /** `nsfs` for a namespace that a bind mount keeps. */
  readonly fsType: string;
}

/** The mounts at or below a directory, the latest first: the order in which they can be unmounted. */
export function mountsBelow(directory: string, procRoot = '/proc'): readonly MountEntry[] {
  return parseMounts(readKernelFile(`${procRoot}/self/mountinfo`) ?? '')
    .filter(({ mountPoint }) => mountPoint === directory || mountPoint.startsWith(`${directory}/`))
    .toReversed();
}

/** The mounts of a mountinfo file, in its order; malformed lines are skipped. */
export function parseMounts(mountInfo: string): readonly MountEntry[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [fields = '', tail = ''] = line.split(' - ');
    const mountPoint = fields.split(' ')[4];
    const fsType = tail.split(' ')[0];
    if (mountPoint === undefined || fsType === undefined || fsType === '') return [];
    return [{ mountPoint: unescapeOctal(mountPoint), fsType }];
  });
}

/** The kernel writes space, tab, line feed and backslash as octal numbers. */
export function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
