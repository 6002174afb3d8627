// Builds the Debian package, with a Node.js of its own. Two builds of the same files are the same, byte for byte.
//
//   node scripts/package/deb.js [--output FILE] [--compression xz|zstd|gzip|none]
//
// DEBFULLNAME and DEBEMAIL name the maintainer, SOURCE_DATE_EPOCH is the time of all files; default: that of the last commit.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { writeControl } from './deb-control.js';
import { fillRoot } from './deb-root.js';
import { setTimes } from './deb-times.js';

const run = promisify(execFile);
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const COMPRESSIONS = ['xz', 'zstd', 'gzip', 'none'];

/**
 * @param facts of {@link packageFacts}
 * @param compression one of dpkg-deb's
 * @returns the size of the package in bytes
 */
export async function buildDeb(output, facts, compression = 'xz') {
  if (!COMPRESSIONS.includes(compression)) {
    throw new Error(`--compression ${compression} is none of ${COMPRESSIONS.join(', ')}`);
  }
  await mkdir(dirname(output), { recursive: true });
  const root = await mkdtemp(join(tmpdir(), 'rkt-streams-package-'));
  try {
    await fillRoot(root, facts);
    await writeControl(root, facts);
    await setTimes(root, facts.epoch);
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(facts.epoch) };
    await run('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', root, output], { env });
  } finally {
    await rm(root, { recursive: true });
  }
  return (await stat(output)).size;
}

/** Version, architecture, maintainer and time of the package. @throws Error for another architecture, and without a time */
export async function packageFacts(env = process.env) {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`There is no package for ${process.arch}.`);
  const { SOURCE_DATE_EPOCH: given, DEBFULLNAME: name, DEBEMAIL: mail } = env;
  const epoch = Number(given ?? (await run('git', ['log', '-1', '--format=%ct'])).stdout);
  if (!Number.isSafeInteger(epoch)) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${given}`);
  return {
    // A version before a release sorts before it.
    ...{ version: version.replace('-', '~'), architecture, epoch },
    maintainer: `${name ?? 'The authors of rkt-streams'} <${mail ?? 'root@localhost'}>`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { output: { type: 'string' }, compression: { type: 'string' } } });
  const facts = await packageFacts();
  const name = `rkt-streams_${facts.version}_${facts.architecture}.deb`;
  const output = resolve(values.output ?? join('packages', name));
  const size = await buildDeb(output, facts, values.compression);
  console.log(`${output} (${Math.round(size / 1e6)} MB)`);
}
