import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { findProgram, type ProgramSearch } from '../../src/ops/find-program.ts';
import { numericId } from '../../src/ops/user-ids.ts';
import { requires } from '../support/requirements.ts';

describe('findProgram', () => {
  let root: string;
  let search: ProgramSearch;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rkt-streams-root-'));
    search = { root, path: '/usr/bin:/bin', workingDir: '/srv', credentials: undefined };
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'srv'));
    mkdirSync(join(root, 'bin'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function put(path: string, mode = 0o755, text = '\x7fELF'): void {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }
  const find = (name: string, more: Partial<ProgramSearch> = {}) => findProgram({ ...search, ...more }, name);

  it('looks a name up in PATH, in its order', async () => {
    put('/bin/sh');
    expect(await find('sh')).to.deep.equal({ path: '/bin/sh' });
    put('/usr/bin/sh');
    expect(await find('sh')).to.deep.equal({ path: '/usr/bin/sh' });
    expect(await find('sh', { path: '/bin:/usr/bin' })).to.deep.equal({ path: '/bin/sh' });
  });

  it('begins what is relative at the working directory', async () => {
    put('/srv/tool');
    put('/srv/bin/other');
    expect(await find('./tool')).to.deep.equal({ path: '/srv/tool' });
    expect(await find('bin/other')).to.deep.equal({ path: '/srv/bin/other' });
    expect(await find('../srv/tool')).to.deep.equal({ path: '/srv/tool' });
    expect(await find('tool', { path: ':/bin' })).to.deep.equal({ path: '/srv/tool' });
    expect(await find('other', { path: 'bin' })).to.deep.equal({ path: '/srv/bin/other' });
    expect(await find('tool')).to.have.property('exitCode', 127);
  });

  it('has 127 for what does not exist', async () => {
    for (const name of ['nope', '/bin/nope', './nope', '/nowhere/at/all']) {
      expect(await find(name), name).to.have.property('exitCode', 127);
    }
    put('/bin/sh');
    expect(await find('/bin/sh/x')).to.have.property('exitCode', 127);
    expect(await find('')).to.have.property('exitCode', 126);
  });

  it('has 126 for what cannot be executed', async () => {
    put('/bin/data', 0o644);
    mkdirSync(join(root, 'bin/dir'));
    symlinkSync('loop', join(root, 'bin/loop'));
    for (const name of ['data', '/bin/data', 'dir', '/bin/dir', '/bin', '/', '.', '..', '/bin/loop']) {
      const found = await find(name.startsWith('.') ? `./${name}` : name);
      expect(found, name).to.have.property('exitCode', 126);
    }
  });

  it('goes on behind what cannot be executed', async () => {
    put('/usr/bin/tool', 0o644);
    put('/bin/tool');
    expect(await find('tool')).to.deep.equal({ path: '/bin/tool' });
  });

  it('follows symbolic links as the app does, and never out of its root', async () => {
    put('/bin/busybox');
    const links = {
      sh: 'busybox',
      ash: '/bin/busybox',
      up: '../../../../../../bin/busybox',
      out: '/etc/hostname',
      host: '/proc/self/root/bin/sh',
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, 'bin', name));
    expect(await find('sh')).to.deep.equal({ path: '/bin/sh' });
    expect(await find('ash')).to.deep.equal({ path: '/bin/ash' });
    expect(await find('up')).to.deep.equal({ path: '/bin/up' });
    expect(await find('out')).to.have.property('exitCode', 127);
    expect(await find('host')).to.have.property('exitCode', 127);
    symlinkSync('/bin', join(root, 'sbin'));
    expect(await find('/sbin/sh')).to.deep.equal({ path: '/sbin/sh' });
    expect(await find('/sbin/../../bin/sh')).to.deep.equal({ path: '/bin/sh' });
  });

  it('looks for the interpreter, too', async () => {
    put('/bin/script', 0o755, '#!/bin/bash -e\necho\n');
    expect(await find('script')).to.deep.equal({
      exitCode: 127,
      why: 'its interpreter "/bin/bash": no such file',
    });
    put('/bin/bash', 0o644);
    expect(await find('script')).to.have.property('exitCode', 126);
    put('/bin/bash');
    expect(await find('script')).to.deep.equal({ path: '/bin/script' });
    put('/bin/self', 0o755, '#!/bin/self\n');
    expect(await find('self')).to.deep.equal({ path: '/bin/self' });
  });

  it('has 126 for what the mode refuses to the user', async function () {
    requires(this, 'root');
    const user = { uid: 1000, gids: [100] };
    const as = (name: string) => find(name, { credentials: user });
    put('/bin/private', 0o700);
    put('/bin/public');
    put('/bin/shared', 0o750);
    put('/bin/own', 0o700);
    chownSync(join(root, 'bin/own'), 1000, 0);
    put('/bin/denied', 0o077);
    chownSync(join(root, 'bin/denied'), 1000, 0);
    put('/root/tool');
    chmodSync(join(root, 'root'), 0o700);
    expect(await as('public')).to.have.property('path');
    expect(await as('own')).to.have.property('path');
    // An access control list could grant it.
    expect(await as('shared')).to.have.property('path');
    expect(await as('private')).to.deep.equal({ exitCode: 126, why: 'permission denied' });
    expect(await as('denied')).to.have.property('exitCode', 126);
    expect(await as('/root/tool')).to.have.property('exitCode', 126);
    expect(await find('/root/tool', { credentials: { uid: 0, gids: [0] } })).to.have.property('path');
  });

  it('has the numbers of users and groups from the files of the root', async () => {
    put('/etc/passwd', 0o644, 'root:x:0:0::/:\nweb:x:7:8::/:\nweb:x:9:8::/:\nbad:x:y:1::/:\n');
    symlinkSync('/etc/passwd', join(root, 'etc/group'));
    expect(await numericId(root, 'web', 'user')).to.equal(9);
    expect(await numericId(root, 'web', 'group')).to.equal(9);
    expect(await numericId(root, 'root', 'user')).to.equal(0);
    expect(await numericId(root, '12', 'user')).to.equal(12);
    for (const name of ['nobody', 'bad', '', '/srv']) {
      expect(await numericId(root, name, 'user'), name).to.equal(undefined);
    }
    expect(await numericId(join(root, 'srv'), 'web', 'user')).to.equal(undefined);
  });
});
