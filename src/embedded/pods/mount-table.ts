import type { LaunchScript } from './launch-script.ts';
import type { RootfsView } from './rootfs-view.ts';
import { quote } from './shell.ts';

/** Many programs still look for the mount table there. */
export function linkMtab(script: LaunchScript, view: RootfsView, root: string): void {
  const etc = view.resolve('/etc');
  if (etc?.stat?.isDirectory() !== true || view.resolve('/etc/mtab')?.stat !== undefined) return;
  script.raw(`ln -s ../proc/self/mounts ${quote(`${root}${etc.path}/mtab`)} 2>/dev/null`);
}
