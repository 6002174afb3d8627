// Builds the single-file executable: a copy of this Node.js with the command inside.
//
//   node scripts/package/single-file.js [OUTPUT]
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { copyNode } from './own-node.js';
import { makeRuntimeTree } from './runtime-tree.js';
import { ENTRY, hashOf } from './unpacked-tree.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('single-file-main.js', import.meta.url));
const POSTJECT = fileURLToPath(new URL('../../node_modules/postject/dist/cli.js', import.meta.url));
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const ENTRY_TEXT = "import(require('node:url').pathToFileURL(process.argv[1]).href);\n";

/** @returns the size of the executable in bytes */
export async function buildSingleFile(output) {
  await mkdir(dirname(output), { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), 'rkt-streams-package-'));
  // Beside the output, so that it is there at once.
  const unfinished = `${output}.${process.pid}`;
  try {
    const blob = await makeBlob(scratch);
    await copyNode(unfinished);
    await run(process.execPath, [POSTJECT, unfinished, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
    await rename(unfinished, output);
  } finally {
    await rm(unfinished, { force: true });
    await rm(scratch, { recursive: true });
  }
  return (await stat(output)).size;
}

/** Everything is the same for the same files, so that two builds are. */
async function makeBlob(scratch) {
  const tree = join(scratch, 'tree');
  await mkdir(tree);
  const paths = await makeRuntimeTree(tree);
  await writeFile(join(tree, ENTRY), ENTRY_TEXT);
  const files = [];
  for (const path of [...paths, ENTRY]) {
    const { mode } = await stat(join(tree, path));
    files.push({
      path,
      mode: mode & 0o100 ? 0o700 : 0o600,
      sha256: hashOf(await readFile(join(tree, path))),
    });
  }
  const index = JSON.stringify(files);
  await writeFile(join(scratch, 'index.json'), index);
  await writeFile(join(scratch, 'digest'), hashOf(index).slice(0, 32));
  const main = join(scratch, 'main.cjs');
  await build({
    entryPoints: [MAIN],
    outfile: main,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
  });
  const blob = join(scratch, 'blob');
  const assets = Object.fromEntries([
    ...['index.json', 'digest'].map((name) => [name, join(scratch, name)]),
    ...files.map(({ path }) => [path, join(tree, path)]),
  ]);
  const configuration = join(scratch, 'sea.json');
  await writeFile(
    configuration,
    JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true, assets }),
  );
  await run(process.execPath, ['--experimental-sea-config', configuration]);
  return blob;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const output = resolve(process.argv[2] ?? `packages/rkt-streams-${version}-linux-${process.arch}`);
  const size = await buildSingleFile(output);
  console.log(`${output} (${Math.round(size / 1e6)} MB)`);
}
