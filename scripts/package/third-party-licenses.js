// The licences of everything that the packages contain beside the project: the libraries, and Node.js.
import { readFile, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where distributions of Node.js have its licence, seen from the directory of the executable. */
const NODE_LICENSES = ['../LICENSE', '../share/doc/nodejs/LICENSE'];

/** The text of the file; its order does not depend on the machine. */
export async function thirdPartyLicenses() {
  const parts = [`Node.js ${process.version}\n\n${await nodeLicense()}`];
  for (const directory of await libraryDirectories()) parts.push(await licenseOf(directory));
  return parts.map((part) => part.trimEnd()).join(`\n\n${'-'.repeat(80)}\n\n`) + '\n';
}

/** The directories of what the package depends on, and of what those depend on. */
async function libraryDirectories() {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
  const { dependencies, peerDependencies } = packages[''];
  const found = new Set();
  const visit = (names, from) => {
    for (const name of names) {
      const directory = placeOf(packages, name, from);
      if (directory === undefined || found.has(directory)) continue;
      found.add(directory);
      visit(Object.keys(packages[directory].dependencies ?? {}), directory);
    }
  };
  visit(Object.keys({ ...dependencies, ...peerDependencies }), '');
  return [...found].sort();
}

/** The nearest `node_modules` upwards that has the library, as Node.js searches. */
function placeOf(packages, name, from) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    const directory = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`;
    if (directory in packages) return directory;
    if (place === '') return undefined;
  }
}

async function licenseOf(directory) {
  const { name, version, license, author } = JSON.parse(
    await readFile(join(directory, 'package.json'), 'utf8'),
  );
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  const owner = typeof author === 'object' ? author.name : author;
  const text =
    texts.length > 0 ? texts.join('\n') : `Licence: ${license}${owner === undefined ? '' : `, ${owner}`}`;
  return `${name} ${version}\n\n${text}`;
}

/** @throws Error where this Node.js came without it */
async function nodeLicense() {
  const directory = dirname(await realpath(process.execPath));
  for (const path of NODE_LICENSES) {
    const text = await readFile(join(directory, path), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  const searched = NODE_LICENSES.map((path) => join(directory, path)).join(' and ');
  throw new Error(`The licence of Node.js is missing: looked in ${searched}. Use a Node.js from nodejs.org.`);
}
