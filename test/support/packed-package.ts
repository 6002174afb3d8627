import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * Packs the package, as it would be published, and unpacks it into the `node_modules` of a new program in this directory.
 *
 * @param others packages of the repository that the program itself depends on
 * @returns the directory of the installed package
 */
export function installPacked(directory: string, others: readonly string[] = []): string {
  const run = (program: string, args: readonly string[], cwd: string): string =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], process.cwd());
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
  run('tar', ['xzf', tarball], directory);
  const [installed, modules] = [join(directory, 'package'), join(directory, 'node_modules')];
  mkdirSync(modules);
  symlinkSync(installed, join(modules, 'rkt-streams'));
  linkDependencies(installed);
  for (const name of others) link(name, modules);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  return installed;
}

/** What an installation brings along: no development dependency is among it. */
function linkDependencies(installed: string): void {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  ) as Manifest;
  const modules = join(installed, 'node_modules');
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) link(name, modules);
}

function link(name: string, modules: string): void {
  mkdirSync(join(modules, name, '..'), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules', name), join(modules, name));
}
