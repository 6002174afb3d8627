import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

import { collectHostPaths } from '../../src/embedded/aci/host-files.ts';
import type { RootfsFile } from '../../src/embedded/aci/rootfs-file.ts';
import { hostProgram } from './host-program.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** What the driver, its shim, the embedded rkt and a script of a test call, from coreutils and util-linux. */
const PROGRAMS = [
  ...[
    'sh',
    'cat',
    'chmod',
    'chown',
    'chroot',
    'cp',
    'crun',
    'runc',
    'busybox',
    'catatonit',
    'cut',
    'dd',
    'echo',
    'env',
    'flock',
    'grep',
    'head',
    'id',
    'kill',
    'ln',
    'ls',
  ],
  ...[
    'mkdir',
    'mount',
    'mv',
    'nsenter',
    'perl',
    'readlink',
    'rm',
    'rmdir',
    'script',
    'setpriv',
    'setsid',
    'sleep',
    'stat',
  ],
  ...['stty', 'tail', 'touch', 'tr', 'true', 'umount', 'unshare'],
];
const NOT_RUN = /\.([cm]?ts|map|md|tsbuildinfo)$|\/(esm|esm5)\/$/;

/** This machine's node and the tools of a driver, each with its libraries and where it is found here. */
export function hostFiles(): readonly RootfsFile[] {
  const programs = PROGRAMS.map(hostProgram).filter((path) => path !== undefined);
  const plugins = ['ptp', 'host-local', 'loopback'].map((name) => `/usr/lib/cni/${name}`).filter(existsSync);
  return [
    { path: 'usr/local/bin/node', type: 'symlink', linkname: process.execPath },
    ...collectHostPaths(['/bin/sh', ...programs, ...plugins, ...perlModules(), process.execPath]),
  ];
}

/** The modules that the scripts of the embedded rkt use, with their libraries. */
function perlModules(): readonly string[] {
  const print = 'print join "\\n", (grep { -e } values %INC), @DynaLoader::dl_shared_objects';
  const { stdout } = spawnSync('perl', ['-Mstrict', '-MPOSIX', '-e', print], { encoding: 'utf8' });
  return stdout === '' ? [] : stdout.split('\n');
}

/** The build of this project and packages of its node_modules with all that they need, below `/project`. */
export function projectFiles(packages: readonly string[]): readonly RootfsFile[] {
  const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Package;
  const all = withDependencies([...Object.keys(dependencies ?? {}), ...packages]);
  return [
    ...['package.json', 'dist', ...all].flatMap((path) => tree(join(PROJECT, path))),
    { path: 'project/src', type: 'symlink', linkname: 'dist' },
  ];
}

/** TypeScript files of this project as JavaScript in their places, where `src` is the build. */
export function compiledFiles(paths: readonly string[]): readonly RootfsFile[] {
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  };
  return paths.map((path) => {
    const content = ts.transpileModule(readFileSync(join(PROJECT, path), 'utf8'), {
      compilerOptions,
    }).outputText;
    return { path: `project/${path.replace(/ts$/, 'js')}`, type: 'file', content };
  });
}

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Their places in node_modules, as the lock file has them. */
function withDependencies(names: readonly string[]): readonly string[] {
  const { packages } = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Package>>;
  };
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const nested = `${from}/node_modules/${name}`;
    const path = nested in packages ? nested : `node_modules/${name}`;
    if (found.has(path) || !existsSync(join(PROJECT, path))) return;
    found.add(path);
    for (const needed of Object.keys(packages[path]?.dependencies ?? {})) add(needed, path);
  };
  for (const name of names) add(name, '');
  return [...found];
}

function tree(path: string): readonly RootfsFile[] {
  const { mode } = statSync(path);
  const inGuest = join('project', relative(PROJECT, path));
  if (!statSync(path).isDirectory())
    return [{ path: inGuest, type: 'file', mode: mode & 0o777, source: path }];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => !NOT_RUN.test(entry.isDirectory() ? `/${entry.name}/` : entry.name))
    .flatMap((entry) => tree(join(path, entry.name)));
}
