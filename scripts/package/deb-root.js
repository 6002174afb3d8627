// The files that the Debian package installs.
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { copyNode } from './own-node.js';
import { makeRuntimeTree } from './runtime-tree.js';

const run = promisify(execFile);
const LIB = 'usr/lib/rkt-streams';
const DOC = 'usr/share/doc/rkt-streams';
const COMPLETIONS = {
  bash: 'usr/share/bash-completion/completions/rkt-streams',
  zsh: 'usr/share/zsh/vendor-completions/_rkt-streams',
  fish: 'usr/share/fish/vendor_completions.d/rkt-streams.fish',
};

export async function fillRoot(root, facts) {
  const lib = join(root, LIB);
  await mkdir(lib, { recursive: true });
  await makeRuntimeTree(lib);
  await copyNode(join(lib, 'bin/node'));
  await mkdir(join(root, 'usr/bin'));
  await symlink('../lib/rkt-streams/bin/rkt-streams', join(root, 'usr/bin/rkt-streams'));
  await writeTexts(root, lib);
  await writeDocs(root, lib, facts);
}

/** What the command prints about itself, and the service. */
async function writeTexts(root, lib) {
  const printed = async (...words) =>
    (await run(join(lib, 'bin/rkt-streams'), words, { maxBuffer: 2 ** 24 })).stdout;
  await write(join(root, 'usr/share/man/man1/rkt-streams.1.gz'), compressed(await printed('man')));
  for (const [shell, path] of Object.entries(COMPLETIONS)) {
    await write(join(root, path), await printed('completion', shell));
  }
  await printed('agent', 'install', '--root', root, '--prefix', '/usr', '--program', '/usr/bin/rkt-streams');
}

async function writeDocs(root, lib, facts) {
  const doc = join(root, DOC);
  await mkdir(doc, { recursive: true });
  await cp('docs', join(doc, 'docs'), { recursive: true });
  await cp('examples', join(doc, 'examples'), { recursive: true });
  for (const name of ['README.md', 'ARCHITECTURE.md']) await copyFile(name, join(doc, name));
  await write(join(doc, 'CHANGELOG.md.gz'), compressed(await readFile('CHANGELOG.md')));
  await write(join(doc, 'changelog.gz'), compressed(changelog(facts)));
  const licenses = join(lib, 'THIRD-PARTY-LICENSES');
  await write(join(doc, 'THIRD-PARTY-LICENSES.gz'), compressed(await readFile(licenses)));
  // Debian has the text of this licence, and those of the others are compressed there.
  for (const path of [licenses, join(lib, 'LICENSE')]) await rm(path);
  const own = (name) => fileURLToPath(new URL(`debian/${name}`, import.meta.url));
  await copyFile(own('copyright'), join(doc, 'copyright'));
  await write(
    join(root, 'usr/share/lintian/overrides/rkt-streams'),
    await readFile(own('lintian-overrides')),
  );
}

/** Debian's form of it; what has changed is in the other one. */
function changelog({ version, maintainer, epoch }) {
  const date = new Date(epoch * 1_000).toUTCString().replace('GMT', '+0000');
  return `rkt-streams (${version}) unstable; urgency=medium

  * /usr/share/doc/rkt-streams/CHANGELOG.md.gz has the changes.

 -- ${maintainer}  ${date}
`;
}

/** Without a time. */
function compressed(content) {
  return gzipSync(content, { level: 9 });
}

async function write(path, content) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
