import { realpathSync } from 'node:fs';

import { RktFailure } from '../context.ts';
import type { NameFile, NameFiles } from './dns.ts';
import { prepareTarget, type MountSite } from './mount-plan.ts';
import { isWithin } from './mountinfo.ts';

const DEFAULT_HOSTS = '127.0.0.1 localhost localdomain\n';

/** Puts /etc/resolv.conf and /etc/hosts into an app's root. @throws RktFailure in rkt's words */
export function placeNameFiles(site: MountSite, names: NameFiles): void {
  place(site, '/etc/resolv.conf', names.resolvConf);
  const hosts = site.view.resolve('/etc/hosts');
  const needsStub = hosts?.stat === undefined && site.view.resolve('/etc')?.stat?.isDirectory() === true;
  place(
    site,
    '/etc/hosts',
    names.hosts.kind === 'default' && needsStub ? { kind: 'text', text: DEFAULT_HOSTS } : names.hosts,
  );
}

function place(site: MountSite, path: string, file: NameFile): void {
  if (file.kind === 'host') {
    const target = prepareTarget(site, path, false);
    const failure = `run: can't mount ${JSON.stringify(path)} on ${JSON.stringify(`${site.root}${path}`)} with flags 4096`;
    site.script.attempt(failure, 'mount', '--bind', realpathSync(path), `${site.root}${target}`);
    site.view.mount({ path: target, host: path });
  } else if (file.kind === 'text') copyText(site, path, file.text);
}

/** Writes into the app's own layer only: a file that lies on a volume belongs to the host. */
function copyText({ script, view, root }: MountSite, path: string, text: string): void {
  const parent = view.resolve('/etc');
  if (parent?.stat?.isDirectory() !== true) {
    throw new RktFailure(`can't copy ${path}`, [`open ${root}${path}: no such file or directory`]);
  }
  const target = view.resolve(path);
  if (target === undefined)
    throw new RktFailure(`can't copy ${path}`, [`open ${root}${path}: not a directory`]);
  if (target.host === undefined || !isWithin(target.host, view.rootHost)) return;
  script.write(`${root}${target.path}`, text);
}
