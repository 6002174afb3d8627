// Tries the packages on a Debian from Debian's servers, and checks the Debian package with lintian. Needs root, a build,
// mmdebstrap and lintian.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [release = 'bookworm'] = process.argv.slice(2);
const scratch = await mkdtemp(join(tmpdir(), 'rkt-streams-package-'));
const archive = join(scratch, 'debian.tar');
const deb = join(scratch, 'rkt-streams.deb');
const steps = [
  ['mmdebstrap', '--variant=minbase', '--include=libstdc++6,mount', release, archive],
  [process.execPath, 'scripts/package/deb.js', '--output', deb],
  ['lintian', '--allow-root', '--fail-on', 'error,warning', deb],
  [process.execPath, '--import', 'tsx/esm', 'node_modules/.bin/mocha', 'test/package/clean-debian.test.ts'],
];
try {
  for (const [program, ...args] of steps) {
    console.log(`$ ${[program, ...args].join(' ')}`);
    const env = {
      DEBEMAIL: 'maintainer@rkt-streams.example',
      ...process.env,
      RKT_STREAMS_TEST_DEBIAN: archive,
    };
    const { status, error } = spawnSync(program, args, { stdio: 'inherit', env });
    if (status !== 0) throw error ?? new Error(`${program} has failed with exit code ${status}`);
  }
} finally {
  await rm(scratch, { recursive: true });
}
