import { expect } from 'chai';

import { silentLogger } from '../../src/model/logger.ts';
import { ask, openServerFixture, readStream, type ServerFixture } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

interface Line {
  readonly level: 'info' | 'debug';
  readonly message: string;
  readonly path?: string;
  readonly status?: number;
  readonly token?: string;
  readonly method?: string;
  readonly ms?: number;
  readonly remote?: string;
}

describe('the log of requests', () => {
  const lines: Line[] = [];
  let fixture: ServerFixture;
  before(async () => {
    const add = (level: Line['level']) => (fields: object, message: string) =>
      void lines.push({ level, message, ...fields });
    const logger = { ...silentLogger, info: add('info'), debug: add('debug') };
    const metrics = () => ({ contentType: 'text/plain', body: 'up 1\n' });
    fixture = await openServerFixture({ logger, metrics });
  });
  after(() => fixture.close());
  beforeEach(() => void lines.splice(0));
  const line = async (path: string, message = 'Request'): Promise<Line> => {
    const find = () => lines.find((each) => each.path === path && each.message === message);
    await until(`${message} ${path} is logged`, () => find() !== undefined);
    return find()!;
  };

  it('has method, path, status, time, address and label of the token, and no query', async () => {
    const headers = { authorization: `Bearer ${fixture.token}` };
    await fixture.ask('/v1/tasks?secrets=true', { headers });
    const { ms, remote, token, ...rest } = await line('/v1/tasks');
    expect(rest).to.deep.equal({
      ...{ level: 'info', message: 'Request', method: 'GET', path: '/v1/tasks', status: 200 },
    });
    expect([typeof ms, remote, typeof token]).to.deep.equal(['number', '127.0.0.1', 'string']);
    expect(JSON.stringify(lines)).to.not.include('secrets').and.not.include(fixture.token);
  });

  it('has requests that are refused or unknown, and those over the unix socket', async () => {
    await fixture.ask('/v1/tasks/web/stop', { method: 'POST', headers: { authorization: 'Bearer wrong' } });
    expect(await line('/v1/tasks/web/stop')).to.include({ status: 401, method: 'POST', token: undefined });
    await fixture.ask('/v1/nothing', { local: true });
    expect(await line('/v1/nothing')).to.include({ status: 404, remote: undefined });
  });

  it('has health checks and scrapes only at debug', async () => {
    for (const path of ['/v1/health', '/v1/ready', '/metrics']) {
      await fixture.ask(path);
      expect(await line(path)).to.include({ level: 'debug', status: 200 });
    }
  });

  it('has the begin and the end of a stream', async () => {
    const reader = readStream(fixture.server, '/v1/streams/tasks');
    expect(await line('/v1/streams/tasks', 'Stream opened')).to.include({ level: 'info', method: 'GET' });
    expect(lines.some(({ message }) => message === 'Stream closed')).to.equal(false);
    reader.close();
    expect(await line('/v1/streams/tasks', 'Stream closed')).to.have.property('ms');
    expect(lines.some(({ message }) => message === 'Request')).to.equal(false);
  });

  it('has a long path only in part', async () => {
    await ask(fixture.server, `/v1/${'x'.repeat(1_000)}`);
    await until('it is logged', () => lines.length > 0);
    expect(lines[0]?.path?.length).to.be.lessThan(300);
  });
});
