import { realpathSync, statSync } from 'node:fs';

import { posix } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import type { NameFile, NameFiles } from './dns.ts';
import { attach, identityOf } from './mount-plan.ts';
import { prepareTarget, type MountSite } from './mount-target.ts';

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
    const real = realpathSync(path);
    const identity = target.isShared ? identityOf(statSync(real, { bigint: true })) : '';
    attach(site, target, { failure, identity, words: ['--bind', real] });
    site.view.mount({ path: target.path, host: real, kind: 'host' });
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
  if (view.kindOf(target.path) !== 'image') return;
  const failure = `run: cannot write ${root}${target.path}`;
  script.attempt(
    failure,
    'within',
    posix.dirname(target.path).replace(/^\/$/, ''),
    '',
    'copy',
    posix.basename(target.path),
    text,
  );
}
