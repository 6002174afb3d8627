import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { EXIT_PLACEHOLDER } from '../../src/ops/exit-record.ts';
import { hostProgram } from '../support/host-program.ts';

const SHIM = fileURLToPath(new URL('../../src/ops/shim.sh', import.meta.url));
/** What it needs to start a task. */
const PROGRAMS = ['mv', 'setsid'];

describe('the shim', function () {
  this.timeout(30_000);
  let directory: string;
  let pod: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    pod = join(directory, 'pod');
    await mkdir(join(directory, 'bin'));
    for (const program of PROGRAMS)
      await symlink(hostProgram(program) ?? program, join(directory, 'bin', program));
    await mkdir(join(pod, 'appsinfo/web-app'), { recursive: true });
    await writeFile(join(pod, 'pid'), '1');
    await writeFile(join(directory, 'ticket'), '');
    await writeFile(join(directory, 'exit'), EXIT_PLACEHOLDER);
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Runs it where no other program is found: what it tries to start fails, and is complained about. */
  async function ended(script: string): Promise<{ readonly exit: string; readonly complaints: string }> {
    const shim = [SHIM, directory, directory, join(directory, 'exit'), pod, '', '/bin/sh', '-c', script];
    const { stderr } = await promisify(execFile)(
      '/bin/sh',
      ['-c', 'exec /bin/sh "$@" 3>/dev/null 4>/dev/null', 'sh', ...shim],
      { env: { PATH: join(directory, 'bin') } },
    );
    return { exit: await readFile(join(directory, 'exit'), 'utf8'), complaints: stderr };
  }

  it('starts no process after the end of its task, whose code it writes where rkt looks for it', async () => {
    await mkdir(join(pod, 'stage1/rootfs/rkt/status'), { recursive: true });
    expect(await ended('exit 7')).to.deep.equal({ exit: '007\n', complaints: '' });
    expect(await readFile(join(pod, 'stage1/rootfs/rkt/status/web-app'), 'utf8')).to.equal('7\n');
  });

  it('does so in a pod with an overlay too, whether its tree is named with or without a newline', async () => {
    for (const name of ['deps-sha512-ab', 'deps-sha512-cd\n']) {
      const status = join(pod, 'overlay', name.trim(), 'upper/rkt/status');
      await mkdir(status, { recursive: true });
      await writeFile(join(pod, 'overlay-prepared'), '');
      await writeFile(join(pod, 'stage1TreeStoreID'), name);
      await writeFile(join(directory, 'ticket'), '');
      await writeFile(join(directory, 'exit'), EXIT_PLACEHOLDER);
      expect(await ended('exit 3')).to.deep.equal({ exit: '003\n', complaints: '' });
      expect(await readFile(join(status, 'web-app'), 'utf8')).to.equal('3\n');
    }
  });

  it('leaves a status alone that a stage1 has written, and a pod that did not run', async () => {
    const status = join(pod, 'stage1/rootfs/rkt/status');
    await mkdir(status, { recursive: true });
    await writeFile(join(status, 'web-app'), '9\n');
    expect(await ended('exit 7')).to.deep.equal({ exit: '007\n', complaints: '' });
    expect(await readFile(join(status, 'web-app'), 'utf8')).to.equal('9\n');
    await rm(join(pod, 'pid'));
    await rm(join(status, 'web-app'));
    await writeFile(join(directory, 'ticket'), '');
    await ended('exit 8');
    expect(await readFile(join(status, 'web-app'), 'utf8').catch(() => 'none')).to.equal('none');
  });
});
