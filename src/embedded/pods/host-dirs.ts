import { attach, mountFailure } from './mount-plan.ts';
import { prepareTarget, type MountSite } from './mount-target.ts';
import type { RootfsView } from './rootfs-view.ts';

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

/** /dev, /proc and /sys of the host, and a fresh /tmp. */
export function mountHostDirs(site: MountSite): void {
  const { script, view, root } = site;
  if (!HOST_DIRS.every(({ path }) => isPlain(view, path)) || !isPlain(view, '/etc')) script.endEarlyMounts();
  for (const { source, path, words, type, flags } of HOST_DIRS) {
    const lines = (): void => {
      const target = prepareTarget(site, path, true);
      attach(site, target, { failure: mountFailure(source, `${root}${path}`, flags), words });
    };
    script.mount({ source, target: `${root}${path}`, type, flags }, lines);
    const isFresh = source === 'tmpfs';
    const place = view.resolve(path)?.path ?? path;
    view.mount({ path: place, host: isFresh ? undefined : source, kind: isFresh ? 'own' : 'host' });
  }
}

/** A link has to be followed in the app's root; and what is written to /etc before these mounts must not lie below one of them. */
function isPlain(view: RootfsView, path: string): boolean {
  const found = view.resolve(path);
  return found?.path === path && found.stat?.isDirectory() !== false;
}
