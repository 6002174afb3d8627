import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DPKG = '/var/lib/dpkg';
/** Beside the essential packages, what every Debian has that can install packages: apt and its like depend on it. */
const WANTED = ['libstdc++6', 'libgcc-s1', 'mount'];
/** Not needed to run programs. */
const LEFT_OUT = /^\/usr\/share\/(?:doc|man|info|locale|lintian|bug|zoneinfo)\//;

/** A minimal Debian, as paths of this machine. */
export interface DebianFiles {
  /** Files, links and directories; parents come before what is in them. */
  readonly paths: readonly string[];
  /** dpkg's own file about these packages. */
  readonly status: string;
}

/** The essential packages of this machine and what they depend on. No other package of this machine is among them. */
export function essentialPackages(): DebianFiles {
  const paragraphs = readFileSync(join(DPKG, 'status'), 'utf8').split('\n\n');
  const byName = new Map(paragraphs.map((text) => [field(text, 'Package'), text]));
  const essential = [...byName]
    .filter(([, text]) => field(text, 'Essential') === 'yes')
    .map(([name]) => name);
  const found = new Set<string>();
  const add = (name: string): void => {
    const text = byName.get(name);
    if (name === '' || text === undefined || found.has(name)) return;
    found.add(name);
    for (const key of ['Pre-Depends', 'Depends']) dependencies(field(text, key)).forEach(add);
  };
  [...essential, ...WANTED].forEach(add);
  const names = [...found];
  const listed = execFileSync('dpkg', ['--listfiles', ...names], { encoding: 'utf8' }).split('\n');
  const infos = readdirSync(join(DPKG, 'info')).filter((file) =>
    found.has(/^(.+?)(?::[^.]*)?\.[a-z]+$/.exec(file)?.[1] ?? ''),
  );
  const paths = listed
    .filter((path) => path.startsWith('/') && path !== '/.' && !LEFT_OUT.test(path))
    .map(inUsr);
  return {
    paths: [...new Set([...paths, ...infos.map((file) => join(DPKG, 'info', file))])].sort(),
    status: names.map((name) => `${byName.get(name)}\n\n`).join(''),
  };
}

function field(paragraph: string, key: string): string {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
}

/** The first of alternatives, without versions. */
function dependencies(list: string): readonly string[] {
  return list.split(',').map((one) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(one)?.[1] ?? '');
}

/** dpkg knows paths by the names that they had before these directories became links. */
function inUsr(path: string): string {
  return path.replace(/^\/(?=(?:bin|sbin|lib|lib32|lib64|libx32)(?:\/|$))/, '/usr/');
}
