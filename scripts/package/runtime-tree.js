// The files that the command needs at run time, without those of the library, in the layout of the npm package. The Debian
// package and the single-file executable contain them.
import { chmod, copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { bundleLibraries } from './bundle-libraries.js';
import { thirdPartyLicenses } from './third-party-licenses.js';

/** What is not bundled with the programs: it is loaded only for some texts, and for exports. */
const LIBRARIES = ['string-width'];
/** Files of libraries that the page reads. */
const LIBRARY_FILES = ['uplot/dist/uPlot.min.css', '@xterm/xterm/css/xterm.css'];
const LAUNCHERS = ['bin/rkt-streams', 'bin/rkt-embedded'];
const EXECUTABLE = /^bin\/[^/]+$|\.sh$/;
const ASSET = /\.(sh|pl|proto|html|css|svg)$/;
const PROGRAM = /^dist\/(programs|server\/web(\/chunks)?)\/[^/]+\.js$/;

/**
 * Copies the files into an empty directory.
 *
 * @returns their paths, relative to it and sorted
 * @throws Error when nothing was built
 */
export async function makeRuntimeTree(directory) {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  const built = (await readdir('dist', { recursive: true }).catch(() => [])).map((path) =>
    join('dist', path),
  );
  if (!built.includes('dist/programs/rkt-streams.js')) {
    throw new Error("dist/programs/rkt-streams.js is missing: run 'npm run build' first");
  }
  const copied = [...LAUNCHERS, 'LICENSE', ...built.filter((path) => ASSET.test(path) || PROGRAM.test(path))];
  for (const path of copied) await copy(path, join(directory, path));
  for (const path of LIBRARY_FILES)
    await copy(join('node_modules', path), join(directory, 'node_modules', path));
  await bundleLibraries(
    [...LIBRARIES, ...Object.keys(manifest.peerDependencies)],
    join(directory, 'node_modules'),
  );
  const { name, version, license, type, engines } = manifest;
  await write(
    join(directory, 'package.json'),
    `${JSON.stringify({ name, version, license, type, engines })}\n`,
  );
  await write(join(directory, 'THIRD-PARTY-LICENSES'), await thirdPartyLicenses());
  const all = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const paths = files.map((file) => file.slice(directory.length + 1)).sort();
  for (const path of paths) await chmod(join(directory, path), EXECUTABLE.test(path) ? 0o755 : 0o644);
  return paths;
}

async function copy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
