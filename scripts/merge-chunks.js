// Puts what is always loaded together into one file: a module of its own costs a command about half a millisecond.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { build } from 'esbuild';

/**
 * Merges the outputs that `entries` (source files) load into `file`. Each of them stays, and exports what it did from there.
 *
 * @param outputs of the metafile of esbuild
 * @param apart entries that load little of it: what they load, or with `andLater` import dynamically, is not merged
 * @param before outputs that were merged before, into other files
 * @returns the merged outputs
 */
export async function mergeChunks(outputs, { outdir, file, entries, apart, before = [] }) {
  const kept = apart.map(({ entry, andLater }) => loadedBy(outputs, [entry], andLater));
  const isKept = (path) => before.includes(path) || kept.some((paths) => paths.has(path));
  const merged = [...loadedBy(outputs, entries)].filter((path) => !isKept(path));
  await writeMerged(outputs, { outdir, file, merged, before });
  return merged;
}

/** One of at most this size is loaded by all who load one of them. */
const SMALL_BYTES = 12_000;

/**
 * Merges the small chunks that `entries` load and others do as well into `file`, if they load nothing but each other.
 *
 * @param shared entries of which some load each of them, now or later
 * @param apart entries of which all that they load stays as it is
 * @returns the merged outputs
 */
export async function mergeSmallChunks(outputs, { outdir, file, entries, shared, apart, before = [] }) {
  const others = loadedBy(outputs, shared, true);
  const outside = new Set([...before, ...loadedBy(outputs, apart)]);
  const isSmall = (path) => outputs[path].entryPoint === undefined && outputs[path].bytes <= SMALL_BYTES;
  const small = new Set(
    [...loadedBy(outputs, entries)].filter((path) => isSmall(path) && others.has(path) && !outside.has(path)),
  );
  const isFine = ({ path, kind }) =>
    kind !== 'import-statement' || !(path in outputs) || small.has(path) || outside.has(path);
  let size;
  do {
    size = small.size;
    for (const path of small) if (!outputs[path].imports.every(isFine)) small.delete(path);
  } while (small.size < size);
  await writeMerged(outputs, { outdir, file, merged: [...small], before });
  return [...small];
}

async function writeMerged(outputs, { outdir, file, merged, before }) {
  const inside = new Set([...merged, ...before]);
  const names = new Map(
    merged.map((path, at) => [path, outputs[path].exports.map((name) => [name, `_${at}_${name}`])]),
  );
  const lines = [...names].map(([path, pairs]) => exportsFrom(basename(path), pairs));
  const stayOutside = {
    name: 'stay-outside',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        kind === 'import-statement' && inside.has(join(outdir, path)) ? undefined : { path, external: true },
      );
    },
  };
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: outdir },
    outfile: join(outdir, file),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // A file may be loaded for its effects.
    ignoreAnnotations: true,
    plugins: [stayOutside],
  });
  for (const [path, pairs] of names) {
    const back = pairs.map(([name, unique]) => [unique, name]);
    await writeFile(path, `${exportsFrom(file, back)}\n`);
  }
}

/** The outputs of these source files, and what they load. */
function loadedBy(outputs, sources, andLater = false) {
  const loaded = new Set(Object.keys(outputs).filter((path) => sources.includes(outputs[path].entryPoint)));
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path].imports) {
      if (next in outputs && (andLater || kind === 'import-statement')) loaded.add(next);
    }
  }
  return loaded;
}

/** Without names, the file is still loaded. */
function exportsFrom(file, pairs) {
  if (pairs.length === 0) return `import "./${file}";`;
  return `export { ${pairs.map(([name, as]) => `${name} as ${as}`).join(', ')} } from "./${file}";`;
}
