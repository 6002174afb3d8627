import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { Driver } from '../../src/index.ts';
import { createServer } from '../../src/server/index.ts';
import { abandonSocket } from '../support/abandoned-socket.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openServerFixture as open, type ServerFixture } from '../support/server-fixture.ts';

describe('createServer', () => {
  let dataDir: string;
  const fixtures: ServerFixture[] = [];
  const openServerFixture: typeof open = async (options) => {
    const fixture = await open(options);
    fixtures.push(fixture);
    return fixture;
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-listen-'));
  });
  afterEach(async () => {
    await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
    await rm(dataDir, { recursive: true });
  });

  const modeOf = async (name: string): Promise<string> =>
    ((await stat(join(dataDir, name))).mode & 0o777).toString(8);

  it('gives socket and token to their owner alone, and keeps the token', async () => {
    const fixture = await openServerFixture({ dataDir });
    expect([await modeOf('agent.sock'), await modeOf('agent-token')]).to.deep.equal(['600', '600']);
    expect(fixture.token).to.match(/^[\w-]{43}$/);
    await fixture.close();
    const again = await openServerFixture({ dataDir });
    expect(again.token).to.equal(fixture.token);
    await again.close();
  });

  it('removes its socket when it closes', async () => {
    const fixture = await openServerFixture({ dataDir });
    await fixture.close();
    const gone = await stat(join(dataDir, 'agent.sock')).catch(
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(gone).to.equal('ENOENT');
  });

  it('refuses a second one on the same data directory, which leaves the first alone', async () => {
    const fixture = await openServerFixture({ dataDir });
    const refused = await expectRktRejection(openServerFixture({ dataDir }), 'RKT_ERR_AGENT_RUNNING');
    expect(refused.message).to.include(join(dataDir, 'agent.sock'));
    expect((await fixture.ask('/v1/health', { local: true })).status).to.equal(200);
    await fixture.close();
  });

  it('takes over a socket that no one answers on', async () => {
    await abandonSocket(join(dataDir, 'agent.sock'));
    const fixture = await openServerFixture({ dataDir });
    expect((await fixture.ask('/v1/health', { local: true })).status).to.equal(200);
    await fixture.close();
  });

  it('replaces nothing that is not a socket', async () => {
    const socketPath = join(dataDir, 'precious');
    await writeFile(socketPath, 'kept');
    const refused = await expectRktRejection(openServerFixture({ dataDir, socketPath }), 'RKT_ERR_LISTEN');
    expect(refused.message).to.include(`${socketPath} is there and is not a socket`);
    expect(await readFile(socketPath, 'utf8')).to.equal('kept');
  });

  it('refuses a token that others can read, or that is none', async () => {
    const path = join(dataDir, 'agent-token');
    await writeFile(path, `${'x'.repeat(43)}\n`, { mode: 0o600 });
    await chmod(path, 0o640);
    expect(
      (await expectRktRejection(openServerFixture({ dataDir }), 'RKT_ERR_TOKEN_FILE')).message,
    ).to.include('mode 640');
    await chmod(path, 0o600);
    await writeFile(path, 'short');
    expect(
      (await expectRktRejection(openServerFixture({ dataDir }), 'RKT_ERR_TOKEN_FILE')).message,
    ).to.include('contains no token');
    expect(await readFile(path, 'utf8')).to.equal('short');
  });

  it('listens beyond loopback only when it is allowed to', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.0.0.1.example.com']) {
      const refused = createServer({} as Driver, { dataDir, listen: { host, port: 0 } });
      expect((await expectRktRejection(refused, 'RKT_ERR_LISTEN')).message).to.include('allowRemote');
    }
  });

  it('demands the token for reads where it is allowed to', async () => {
    // Nothing of a test listens beyond loopback: the address is one of this machine under another name.
    const fixture = await openServerFixture({
      dataDir,
      listen: { host: '::ffff:127.0.0.1', port: 0 },
      allowRemote: true,
      allowedHosts: ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    });
    expect((await fixture.ask('/v1/tasks', { headers: { host: 'localhost' } })).status).to.equal(401);
    const authorization = `Bearer ${fixture.token}`;
    const answer = await fixture.ask('/v1/tasks', { headers: { host: 'localhost', authorization } });
    expect(answer.status).to.equal(200);
    await fixture.close();
  });

  it('names an address that is taken, and leaves no socket behind', async () => {
    const taken = createNetServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const refused = openServerFixture({ dataDir, listen: { host: '127.0.0.1', port } });
    expect((await expectRktRejection(refused, 'RKT_ERR_LISTEN')).message).to.include(`127.0.0.1:${port}`);
    await new Promise((resolve) => taken.close(resolve));
    expect(await stat(join(dataDir, 'agent.sock')).catch(() => 'gone')).to.equal('gone');
  });

  it('refuses a path that no socket can have', async () => {
    const socketPath = join(dataDir, 'x'.repeat(100));
    expect(
      (await expectRktRejection(openServerFixture({ dataDir, socketPath }), 'RKT_ERR_LISTEN')).message,
    ).to.include('107 bytes');
  });
});
