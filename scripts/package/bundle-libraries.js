// Bundles libraries, each under its own name in a `node_modules`, where the programs find them as they would the installed ones.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';
import { NODE_BUNDLE } from '../node-bundle.js';

const NAMESPACE = 'library';

/** @param directory the `node_modules` to fill */
export async function bundleLibraries(names, directory) {
  const entries = {
    name: 'entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^library:/ }, ({ path }) => ({
        path: path.slice('library:'.length),
        namespace: NAMESPACE,
      }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => ({
        contents: await entryOf(path),
        resolveDir: process.cwd(),
      }));
    },
  };
  await build({
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, `library:${name}`])),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    chunkNames: '.parts/[hash]',
    ...NODE_BUNDLE,
    plugins: [entries],
    // Each package is its own entry: what another one of them imports is a part that both load.
    logLevel: 'warning',
  });
  for (const name of names) {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(
      join(directory, name, 'package.json'),
      `${JSON.stringify({ name, exports: './index.mjs' })}\n`,
    );
  }
}

/** Exports by their names, since `export *` has none of a CommonJS package. */
async function entryOf(name) {
  // Two names that only Node.js gives to a CommonJS package.
  const names = Object.keys(await import(name)).filter(
    (key) => key !== '__esModule' && key !== 'module.exports',
  );
  return `export { ${names.join(', ')} } from '${name}';`;
}
