// A file's name occurs once in src and says which one it is. Three kinds are exempt: the entry of a subpath export (index.ts),
// the start of a program (main.ts), and generated files.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const EXEMPT = new Set(['index', 'main']);

const directory = process.argv[2] ?? 'src';
const pathsByName = new Map();
for (const path of readdirSync(directory, { recursive: true })) {
  const name = /([^/]+)\.tsx?$/.exec(path)?.[1];
  if (name === undefined || EXEMPT.has(name) || path.split('/').includes('generated')) continue;
  pathsByName.set(name, [...(pathsByName.get(name) ?? []), join(directory, path)]);
}
for (const [name, paths] of pathsByName) {
  if (paths.length === 1) continue;
  console.error(`${name} is the name of ${paths.length} files: ${paths.sort().join(', ')}`);
  process.exitCode = 1;
}
