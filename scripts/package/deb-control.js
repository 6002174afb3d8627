// The control files of the Debian package.
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPTS = ['postinst', 'prerm', 'postrm'];
/** What the Node.js of nodejs.org is linked with, and the programs that pods of the embedded rkt need. */
const DEPENDS = 'libc6 (>= 2.28), libgcc-s1 (>= 3.4), libstdc++6 (>= 9), mount';
/** For `--stage1 oci`, networks of pods, and compressed or signed images. */
const RECOMMENDS = 'crun, containernetworking-plugins, iptables, bzip2, xz-utils, gpg';

export async function writeControl(root, facts) {
  const directory = join(root, 'DEBIAN');
  const files = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
  await mkdir(directory);
  await writeFile(join(directory, 'control'), controlText(facts, await installedKib(root, files)));
  await writeFile(join(directory, 'md5sums'), await sumsOf(root, files));
  const conffiles = files.filter((path) => path.startsWith('etc/'));
  await writeFile(join(directory, 'conffiles'), conffiles.map((path) => `/${path}\n`).join(''));
  for (const name of SCRIPTS) {
    await copyFile(fileURLToPath(new URL(`debian/${name}`, import.meta.url)), join(directory, name));
    await chmod(join(directory, name), 0o755);
  }
}

function controlText({ version, architecture, maintainer }, kib) {
  return `Package: rkt-streams
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${kib}
Depends: ${DEPENDS}
Recommends: ${RECOMMENDS}
Section: admin
Priority: optional
Description: starts, watches, measures and stops rkt pods
 A task driver for rkt as a streams engine: a command line, an agent with an
 HTTP API, metrics for Prometheus and a dashboard, and a task driver plugin for
 Nomad. It contains a runtime with the command line of rkt, for machines that
 have no rkt, and its own Node.js.
`;
}

/** As dpkg counts: a KiB for each directory and link, and whole KiB for each file. */
async function installedKib(root, files) {
  const all = await readdir(root, { recursive: true });
  const sizes = await Promise.all(files.map((path) => stat(join(root, path))));
  return sizes.reduce((sum, { size }) => sum + Math.ceil(size / 1024), all.length - files.length);
}

async function sumsOf(root, files) {
  const lines = await Promise.all(
    files
      .filter((path) => !path.startsWith('etc/'))
      .map(async (path) => {
        const sum = createHash('md5')
          .update(await readFile(join(root, path)))
          .digest('hex');
        return `${sum}  ${path}\n`;
      }),
  );
  return lines.join('');
}
