import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect } from 'chai';

import { onlyStandardStreams } from '../../src/ops/only-standard-streams.ts';
import { hostProgram } from '../support/host-program.ts';
import { requires } from '../support/requirements.ts';

/** Prints the descriptors of its shell. */
const LIST = 'ls /proc/$$/fd; true';

describe('a command with its standard streams alone', function () {
  this.timeout(30_000);
  let bin: string;

  beforeEach(async function () {
    requires(this, 'perl');
    bin = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    const perl = hostProgram('perl') ?? '';
    const counting = `#!/bin/sh\necho >"${bin}/started.$$"\nexec ${perl} "$@"\n`;
    await writeFile(join(bin, 'perl'), counting, { mode: 0o755 });
  });
  afterEach(() => rm(bin, { recursive: true, force: true }));

  /** Its descriptors, and how many perls it took, where these are left open; what this process has inherited is closed before. */
  async function run(
    leftOpen: readonly number[],
  ): Promise<{ readonly open: string; readonly perls: number }> {
    const opened = leftOpen.map((fd) => `POSIX::dup2(0, ${fd}) or die;`).join(' ');
    const open = ['perl', '-MPOSIX', '-e', `${opened} exec { $ARGV[0] } @ARGV`, '--'];
    const path = `${bin}:${process.env['PATH'] ?? ''}`;
    const counted = ['env', `PATH=${path}`, ...onlyStandardStreams(['/bin/sh', '-c', LIST])];
    const [file = '', ...args] = onlyStandardStreams([...open, ...counted]);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const found = await text(child.stdout);
    const perls = (await readdir(bin)).filter((name) => name.startsWith('started.'));
    return { open: found.trim().split('\n').join(' '), perls: perls.length };
  }

  it('starts nothing but the command where no other descriptor is open', async () => {
    expect(await run([])).to.deep.equal({ open: '0 1 2', perls: 0 });
  });

  it('closes up to descriptor 9 by itself', async () => {
    expect(await run([3, 5, 9])).to.deep.equal({ open: '0 1 2', perls: 0 });
  });

  for (const fds of [[10], [11], [40], [3, 99, 255]]) {
    it(`closes ${fds.join(', ')} with one perl`, async () => {
      expect(await run(fds)).to.deep.equal({ open: '0 1 2', perls: 1 });
    });
  }
});
