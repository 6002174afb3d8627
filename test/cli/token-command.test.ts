import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { useCliSandbox } from '../support/cli-sandbox.ts';
import { readStream } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

describe('rkt-streams token', function () {
  this.timeout(180_000);
  const cli = useCliSandbox();
  const file = (): string => join(cli().sandbox.options.dataDir, 'agent-tokens.json');
  const run = (...args: string[]) => cli().start(['token', ...args]).ended;

  it('makes tokens that a running agent takes at a reload, and revokes them', async () => {
    const made = await run('create', 'grafana', '--expires', '30d');
    const token = made.stdout.trim();
    expect(made.exitCode, made.stderr).to.equal(0);
    expect(token).to.match(/^[\w-]{43}$/);
    expect(made.stderr).to.include('needs a reload').and.not.include(token);
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
    expect(readFileSync(file(), 'utf8')).to.include('"grafana"').and.not.include(token);

    const agent = cli().start([
      '--log-level',
      'debug',
      'agent',
      '--listen',
      '127.0.0.1:0',
      '--require-token',
    ]);
    await agent.says('agent.sock');
    const url = /http:\S+/.exec(agent.stdout())?.[0] ?? '';
    const headers = { authorization: `Bearer ${token}` };
    const status = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(`${url}${path}`, { method, headers })).status;
    expect([await status('/metrics'), await status('/v1/tasks/none', 'DELETE')]).to.deep.equal([200, 403]);
    const stream = readStream({ url }, '/v1/streams/tasks', headers);
    await until('it reads', () => stream.frames.length > 0);

    writeFileSync(file(), '{', { mode: 0o600 });
    agent.child.kill('SIGHUP');
    await until('the file is refused', () => agent.stderr().includes('the tokens were not changed'));
    expect([await status('/metrics'), stream.isOver()]).to.deep.equal([200, false]);

    writeFileSync(file(), '{"tokens":[]}');
    const second = await run('create', 'ci', '--right', 'write', '--json');
    const { token: writes } = JSON.parse(second.stdout) as { token: string };
    agent.child.kill('SIGHUP');
    await until('the stream has ended', () => stream.isOver());
    expect(stream.frames.at(-1)).to.deep.include({ event: 'ended' });
    expect(await status('/metrics')).to.equal(401);
    const removed = await fetch(`${url}/v1/tasks/none`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${writes}` },
    });
    expect(removed.status).to.equal(404);

    const own = readFileSync(join(cli().sandbox.options.dataDir, 'agent-token'), 'utf8').trim();
    const line = readFileSync(`/proc/${agent.child.pid}/cmdline`, 'utf8');
    for (const secret of [token, writes, own])
      expect(agent.stdout() + agent.stderr() + line).to.not.include(secret);
  });

  it('lists and removes them, and refuses what is wrong', async () => {
    await run('create', 'ci', '--right', 'write');
    await run('create', 'grafana', '--expires', '2099-01-31T00:00:00Z');
    const listed = await run('ls');
    expect(listed.stdout)
      .to.match(/ci +write +never\n/)
      .and.match(/grafana +read +2099-01-31T00:00:00.000Z/);
    for (const [args, message] of [
      [['create', 'ci'], 'There is a token "ci" already'],
      [['create', 'agent'], 'is not "agent"'],
      [['create', 'a b'], 'It has 1 to 64 letters'],
      [['create', 'x', '--expires', '2001-01-01'], 'It is in the past'],
      [['create', 'x', '--expires', 'soon'], 'neither a duration'],
      [['create', 'x', '--right', 'all'], 'Allowed choices are read, write'],
      [['rm', 'none'], 'There is no token "none"'],
    ] as const) {
      const refused = await run(...args);
      expect(refused.stderr).to.include(message);
      expect(refused.exitCode, args.join(' ')).to.equal(2);
    }
    expect((await run('rm', 'ci')).exitCode).to.equal(0);
    expect((await run('ls', '--json')).stdout).to.equal(
      '{"label":"grafana","right":"read","expires":"2099-01-31T00:00:00.000Z"}\n',
    );
  });
});
