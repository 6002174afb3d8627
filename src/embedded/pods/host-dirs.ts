import type { RktContext } from '../embedded-context.ts';
import { attach, mountFailure } from './mount-plan.ts';
import { prepareTarget, type MountSite } from './mount-target.ts';
import { perlProgram } from './perl-program.ts';
import { findHostTool, quote } from './shell.ts';

/** A mount in every app: words for mount(8), and what they are to mount(2). */
interface HostDir {
  readonly source: string;
  readonly path: string;
  readonly words: readonly string[];
  readonly type: string;
  readonly flags: number;
}

const MS_BIND_REC = 20_480;
const bound = (path: string): HostDir => ({
  ...{ source: path, path, words: ['--rbind', path], type: 'none', flags: MS_BIND_REC },
});

/** In the order they are mounted. */
const HOST_DIRS: readonly HostDir[] = [
  ...['/dev', '/proc', '/sys'].map(bound),
  { source: 'tmpfs', path: '/tmp', words: ['-t', 'tmpfs', 'tmpfs'], type: 'tmpfs', flags: 0 },
];

/** The number of mount(2) by the name that Node has for the architecture. */
const MOUNT_NUMBERS: Readonly<Record<string, number>> = { x64: 165, arm64: 40 };

/** /dev, /proc and /sys of the host, and a fresh /tmp. */
export function mountHostDirs(ctx: RktContext, site: MountSite): void {
  const { script, view, root } = site;
  const isFast = mountTogether(ctx, site);
  HOST_DIRS.forEach(({ source, path, words, flags }, index) => {
    if (isFast) script.raw(`[ "$mounted" -gt ${index} ] || {`);
    const target = prepareTarget(site, path, true);
    attach(site, target, { failure: mountFailure(source, `${root}${path}`, flags), words });
    if (isFast) script.raw('}');
    const isFresh = source === 'tmpfs';
    view.mount({ path: target.path, host: isFresh ? undefined : source, kind: isFresh ? 'own' : 'host' });
  });
}

/**
 * All of them in one process, which takes a third of the time: mount(8) four times is a tenth of a start. Only where no link has to be
 * followed.
 *
 * @returns whether the script knows in `$mounted` how many were made
 */
function mountTogether({ env }: RktContext, { script, view }: MountSite): boolean {
  const perl = findHostTool(env, 'perl');
  const number = MOUNT_NUMBERS[process.arch];
  const isPlain = (path: string): boolean => {
    const found = view.resolve(path);
    return found?.path === path && found.stat?.isDirectory() !== false;
  };
  if (perl === undefined || number === undefined || !HOST_DIRS.every(({ path }) => isPlain(path)))
    return false;
  const mounts = HOST_DIRS.flatMap(({ source, path, type, flags }) => [source, path, type, String(flags)]);
  const program = [perl, '-C0', '-e', perlProgram('host-dirs'), '--', String(number)].map(quote).join(' ');
  script.raw(`LC_ALL=C ${program} "$root" ${mounts.map(quote).join(' ')} 2>/dev/null`);
  script.raw(`mounted=$?; [ "$mounted" -le ${HOST_DIRS.length} ] || mounted=0`);
  return true;
}
