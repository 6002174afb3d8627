import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { newSocketPath, protectSocket, removeOrphans, removeSocket } from '../../src/nomad/socket.ts';
import { hostGroupId } from '../../src/files/host-group.ts';
import { expectRktError } from '../support/errors.ts';
import { requires } from '../support/requirements.ts';

describe('newSocketPath', () => {
  it('is a new one each time, in the directory for temporary files', () => {
    const paths = [newSocketPath(), newSocketPath()];
    paths.forEach((path) => expect(path).to.match(new RegExp(`^${tmpdir()}/plugin-rkt-[0-9a-f]{12}$`)));
    expect(paths[0]).to.not.equal(paths[1]);
  });

  it('is in the directory that the host names', () => {
    expect(newSocketPath('/run/plugins')).to.match(/^\/run\/plugins\/plugin-/);
  });

  it('stays under 108 bytes: another directory for its own choice, a refusal for that of the host', () => {
    const long = `/${'é'.repeat(45)}`;
    expect(newSocketPath(undefined, long)).to.match(/^\/tmp\/plugin-/);
    const { message } = expectRktError(() => newSocketPath(long), 'RKT_ERR_OPTIONS');
    expect(message).to.include(long).and.to.include('107');
  });
});

describe('a socket file', () => {
  let directory = '';
  let path = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-socket-'));
    path = join(directory, 'socket');
    await writeFile(path, '');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is for its user alone', async () => {
    await protectSocket(path);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it('is for the group that the host names as well', async function () {
    requires(this, 'root');
    await protectSocket(path, '4711');
    const { mode, gid } = await stat(path);
    expect({ mode: mode & 0o777, gid }).to.deep.equal({ mode: 0o660, gid: 4711 });
  });

  it('is removed, also when it is gone already', () => {
    removeSocket(path);
    removeSocket(path);
  });

  it('finds a group by its name', async () => {
    const groups = join(directory, 'group');
    await writeFile(groups, 'root:x:0:\nnomad:x:990:a,b\n');
    expect(hostGroupId('nomad', 'PLUGIN_UNIX_SOCKET_GROUP', groups)).to.equal(990);
    expect(hostGroupId('12', 'PLUGIN_UNIX_SOCKET_GROUP', groups)).to.equal(12);
    expect(() => hostGroupId('unknown', 'PLUGIN_UNIX_SOCKET_GROUP', groups)).to.throw(
      'PLUGIN_UNIX_SOCKET_GROUP unknown',
    );
  });

  it('is removed when it is that of a killed plugin, and nothing else with it', async () => {
    const server = createServer();
    const [alive, dead, file] = ['1', '2', '3'].map((end) => join(directory, `plugin-rkt-${end}`));
    await new Promise<void>((resolve) => server.listen(alive, resolve));
    // What a killed process leaves behind: a socket file with no process at its other end.
    spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    await writeFile(file!, '');
    expect(await readdir(directory)).to.have.length(4);
    expect(await removeOrphans(alive!)).to.deep.equal([dead]);
    expect(await readdir(directory)).to.have.members(['plugin-rkt-1', 'plugin-rkt-3', 'socket']);
    await new Promise((resolve) => server.close(resolve));
  });
});
