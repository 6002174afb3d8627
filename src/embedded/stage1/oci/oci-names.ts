import { realpathSync } from 'node:fs';

import type { NameFile, NameFiles } from '../../pods/dns.ts';
import type { RootfsView } from '../../pods/rootfs-view.ts';
import type { PodFile } from '../stage1-contract.ts';
import type { OciMount } from './runtime-config-types.ts';

/** What becomes of /etc/resolv.conf and /etc/hosts of an app. */
export interface NamesOrder {
  readonly names: NameFiles;
  readonly view: RootfsView;
  readonly hostname: string;
  /** The pod's directory while it runs. */
  readonly podDir: string;
  /** Files of the pod that are written before it starts. */
  readonly files: Map<string, PodFile>;
}

/** The mounts of the two files. The host's own cannot be written to by an app; what was written for it can. */
export function nameMounts({ names, view, hostname, podDir, files }: NamesOrder): readonly OciMount[] {
  const isMissing = view.resolve('/etc/hosts')?.stat === undefined;
  const hosts =
    names.hosts.kind === 'default' && isMissing
      ? { kind: 'text' as const, text: defaultHosts(hostname) }
      : names.hosts;
  const mounted = [
    { path: '/etc/resolv.conf', file: names.resolvConf },
    { path: '/etc/hosts', file: hosts },
  ];
  return mounted.flatMap(({ path, file }) => {
    const source = sourceOf(path, file);
    if (source === undefined) return [];
    if (typeof source === 'string') return [bind(path, source, ['ro'])];
    files.set(source.name, { text: source.text, isSecret: false });
    return [bind(path, `${podDir}/${source.name}`, [])];
  });
}

function sourceOf(
  path: string,
  file: NameFile,
): string | { readonly name: string; readonly text: string } | undefined {
  if (file.kind === 'host') return realpathSync(path);
  return file.kind === 'text' ? { name: `oci${path.slice('/etc'.length)}`, text: file.text } : undefined;
}

function bind(destination: string, source: string, options: readonly string[]): OciMount {
  return { destination, type: 'bind', source, options: ['bind', 'nosuid', 'nodev', 'noexec', ...options] };
}

/** As rkt writes it for an image that has none. */
function defaultHosts(hostname: string): string {
  return [
    '# This is the default rkt /etc/hosts',
    `127.0.0.1 localhost localhost.domain localhost4 localhost4.localdomain4 ${hostname}`,
    '::1 ip6-localhost ip6-loopback localhost6 localhost6.localdomain6',
    'fe00::0 ip6-localnet',
    'ff00::0 ip6-mcastprefix',
    'ff02::1 ip6-allnodes',
    'ff02::2 ip6-allrouters',
    'ff02::3 ip6-allhosts',
    '',
  ].join('\n');
}
