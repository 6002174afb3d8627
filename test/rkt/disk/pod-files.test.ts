import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { canSee, podDirectory, readPodStart } from '../../../src/rkt/disk/pod-files.ts';
import { requires } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

describe('readPodStart', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);

  it('knows nothing of a pod that has not started', () => {
    expect(readPodStart(directory)).to.equal(undefined);
    expect(readPodStart(join(directory, 'gone'))).to.equal(undefined);
  });

  it('takes the supervisor that the systemd flavors write down', async () => {
    await write('ppid', '4711\n');
    await write('pid', '4712\n');
    expect(readPodStart(directory)).to.deep.equal({ pid: 4711, flavor: 'other' });
  });

  it('sees a pid that is not chrooted as no fly pod', async () => {
    await write('pid', `${process.pid}\n`);
    expect(readPodStart(directory)).to.deep.equal({ pid: process.pid, flavor: 'other' });
  });

  it('sees a chrooted pid as a fly pod', async function () {
    requires(this, 'root', 'perl');
    // perl, as the directory holds no program that could be executed in it.
    const child = spawn('perl', ['-e', 'chroot shift; sleep 1000', directory], { stdio: 'ignore' });
    try {
      await write('pid', `${child.pid}\n`);
      await until('it is chrooted', () => readPodStart(directory)?.flavor === 'fly');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('does not know the flavor of a process that has exited', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    await write('pid', `${child.pid}\n`);
    expect(readPodStart(directory)).to.deep.equal({ pid: child.pid, flavor: 'ended' });
  });

  const ociPod = async (argv0: string, words: readonly string[]) => {
    await mkdir(join(directory, 'stage1/rootfs'), { recursive: true });
    await symlink('oci', join(directory, 'stage1/rootfs/flavor'));
    const child = spawn('sh', words, { argv0, cwd: directory, stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    await write('pid', `${child.pid}\n`);
    await write('ppid', `${process.pid}\n`);
    return child;
  };

  it('waits for the app of an init, to which a signal would be lost before', async () => {
    const child = await ociPod('/dev/.rkt-init', ['-c', 'read line; sleep 1000 & read line; kill $!']);
    try {
      expect(readPodStart(directory)).to.equal(undefined);
      child.stdin.write('\n');
      await until('it has a child', () => readPodStart(directory)?.flavor === 'oci');
    } finally {
      child.stdin.end();
      await once(child, 'exit');
    }
  });

  it('waits for the process that runc turns into the first one of a pod', async () => {
    await write('init', 'read line\n');
    const child = await ociPod('/usr/sbin/runc', ['init']);
    try {
      expect(readPodStart(directory)).to.equal(undefined);
    } finally {
      child.stdin.end();
      await once(child, 'exit');
    }
  });

  for (const text of ['', '\n', 'x\n', '0\n', '-5\n', '1.5\n']) {
    it(`takes ${JSON.stringify(text)} for no pid`, async () => {
      await write('pid', text);
      expect(readPodStart(directory)).to.equal(undefined);
    });
  }
});

describe('podDirectory', () => {
  it('is below run', () => {
    expect(podDirectory('/var/lib/rkt', 'abc')).to.equal('/var/lib/rkt/pods/run/abc');
  });
});

describe('canSee', () => {
  it('reports what is there from what is not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    await mkdir(join(directory, 'run'));
    expect(canSee(join(directory, 'run'))).to.equal(true);
    expect(canSee(join(directory, 'other'))).to.equal(false);
    await rm(directory, { recursive: true });
  });
});
