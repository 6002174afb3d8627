// The program inside the single-file executable. It unpacks the files of the command, once, and runs them: shells and threads
// read them by their paths. Bundled to CommonJS, as an executable requires it.
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { getAsset, getRawAsset } from 'node:sea';

import { ENTRY, cacheDirectory, unpackedTree } from './unpacked-tree.js';

/** Assets that the build writes: the hash of all files, and the list of them. */
const DIGEST = 'digest';
const INDEX = 'index.json';
const COMMAND = 'dist/programs/rkt-streams.js';
const EMBEDDED_RKT = 'dist/programs/rkt.js';
const NOMAD_PLUGIN = 'dist/programs/nomad-plugin.js';

/** The program and its arguments. What the command starts names the embedded rkt by its path, as for a Node.js. */
function programOf(words, tree) {
  const [first = '', ...rest] = words;
  if (first === 'nomad-plugin') return [join(tree, NOMAD_PLUGIN), ...rest];
  if (isAbsolute(first) && resolve(first) === join(tree, EMBEDDED_RKT))
    return [join(tree, EMBEDDED_RKT), ...rest];
  return [join(tree, COMMAND), ...words];
}

function main() {
  const tree = unpackedTree({
    directory: cacheDirectory(process.env, process.getuid()),
    digest: getAsset(DIGEST, 'utf8'),
    files: () => JSON.parse(getAsset(INDEX, 'utf8')),
    contentOf: (path) => new Uint8Array(getRawAsset(path)),
    executable: process.execPath,
  });
  process.argv.splice(1, process.argv.length, ...programOf(process.argv.slice(2), tree));
  // What imports: this file itself cannot.
  createRequire(join(tree, ENTRY))(join(tree, ENTRY));
}

try {
  main();
} catch (error) {
  process.stderr.write(`rkt-streams: ${error.message}\n`);
  process.exit(1);
}
