import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { NEVER, Subject, concat, of } from 'rxjs';

import type { Driver, ExitResult, TaskSpecInput } from '../../src/index.ts';
import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import { fakeDriver } from '../support/fake-tasks.ts';
import { JSON_TYPE, codeOf, serve, type Answer, type Served } from '../support/served.ts';
import { until } from '../support/until.ts';

interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
}

/** A driver of two tasks that writes down what is asked of it. */
function recorded(stdoutPath: string): { driver: Driver; calls: Call[]; exitSubject: Subject<ExitResult> } {
  const calls: Call[] = [];
  const exitSubject = new Subject<ExitResult>();
  const record =
    <T>(op: string, result: T) =>
    (...args: readonly unknown[]) => {
      calls.push({ op, args });
      return Promise.resolve(result);
    };
  const base = fakeDriver(2);
  const driver: Partial<Driver> = {
    ...base,
    startTask: async (spec: TaskSpecInput) => {
      calls.push({ op: 'start', args: [spec] });
      if (spec.id === 'taken') throw new RktError('RKT_ERR_TASK_EXISTS', 'Task "taken" exists');
      return Promise.resolve({ handle: {} as never, network: undefined });
    },
    stopTask: record('stop', undefined),
    signalTask: record('signal', undefined),
    destroyTask: (id) => {
      calls.push({ op: 'destroy', args: [id] });
      return id === 'gone' ? Promise.reject(taskNotFound(id)) : Promise.resolve();
    },
    execTask: record('exec', {
      exitCode: 3,
      signal: undefined,
      stdout: 'a',
      stderr: 'b',
      output: 'ab',
      truncated: true,
    }) as unknown as Driver['execTask'],
    inspectTask: (id) => ({ ...base.inspectTask(id), stdoutPath, stderrPath: '/dev/null' }),
    taskSpec: (id) => ({ id, env: {}, config: { image: 'x.aci', args: [] } }) as never,
    describeTask: (id) => Promise.resolve({ id, env: {}, config: { image: 'x.aci', args: [] } } as never),
    pods: () => concat(of([]), NEVER),
    audit: ({ fix = false } = {}) => {
      const outcome = fix ? 'removed' : 'found';
      const finding = { kind: 'cgroup', what: '/sys/fs/cgroup/x', why: 'no task', outcome } as const;
      return Promise.resolve({ findings: [finding], unchecked: [{ what: '/nowhere', reason: 'gone' }] });
    },
    waitTask: () => exitSubject.asObservable(),
  };
  return { driver: driver as Driver, calls, exitSubject };
}

describe('HTTP API', () => {
  let served: Served;
  let calls: Call[];
  let exitSubject: Subject<ExitResult>;
  let directory: string;
  let log: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-api-'));
    log = join(directory, 'stdout.log');
    await writeFile(log, 'one\ntwo\nthree\n');
    const made = recorded(log);
    ({ calls, exitSubject } = made);
    served = await serve(made.driver, {
      metrics: (accept) => ({ contentType: 'text/plain', body: `for ${accept ?? 'all'}` }),
      version: '9.9.9',
    });
  });
  after(async () => {
    await served.close();
    await rm(directory, { recursive: true });
  });
  const post = (path: string, body: object): Promise<Answer> =>
    served.ask(path, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body), unix: true });
  const remove = (path: string): Promise<Answer> => served.ask(path, { method: 'DELETE', unix: true });
  const parsed = ({ body }: Answer): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

  it('lists tasks, and shows one with what it was started with', async () => {
    const { tasks } = parsed(await served.ask('/v1/tasks')) as { tasks: readonly { id: string }[] };
    expect(tasks.map(({ id }) => id)).to.deep.equal(['web-0000', 'web-0001']);
    const one = parsed(await served.ask('/v1/tasks/web-0001'));
    expect(one).to.have.nested.property('task.id', 'web-0001');
    expect(one).to.have.nested.property('config.config.image', 'x.aci');
    const none = await served.ask('/v1/tasks/a%2Fb');
    expect([none.status, codeOf(none)]).to.deep.equal([404, 'RKT_ERR_TASK_NOT_FOUND']);
  });

  it('starts, stops, signals, executes in and destroys tasks, ids with slashes included', async () => {
    calls.length = 0;
    const spec = { id: 'new', config: { image: '/x.aci' } };
    expect((await post('/v1/tasks', spec)).status).to.equal(201);
    expect((await post('/v1/tasks/a%2Fb/stop', { timeoutMs: 10, signal: 'SIGTERM' })).status).to.equal(204);
    expect((await post('/v1/tasks/web/signal', { signal: 'SIGHUP' })).status).to.equal(204);
    const exec = await post('/v1/tasks/web/exec', { cmd: ['id'], timeoutMs: 5_000 });
    expect(parsed(exec)).to.deep.equal({
      ...{ exitCode: 3, stdout: 'a', stderr: 'b', output: 'ab' },
      truncated: true,
    });
    expect((await remove('/v1/tasks/a%2Fb?force=true')).status).to.equal(204);
    expect(calls.map(({ op }) => op)).to.deep.equal(['start', 'stop', 'signal', 'exec', 'destroy']);
    expect(calls[0]?.args[0]).to.deep.equal(spec);
    expect(calls[1]?.args).to.deep.equal(['a/b', { timeoutMs: 10, signal: 'SIGTERM' }]);
    expect(calls[4]?.args).to.deep.equal(['a/b']);
  });

  it('stops without a body', async () => {
    calls.length = 0;
    const answer = await served.ask('/v1/tasks/web/stop', { method: 'POST', unix: true });
    expect(answer.status).to.equal(204);
    expect(calls[0]?.args).to.deep.equal(['web', {}]);
  });

  it('reports errors of the driver with code, message, remedy and a fitting status', async () => {
    const taken = await post('/v1/tasks', { id: 'taken' });
    expect(taken.status).to.equal(409);
    expect(parsed(taken)).to.have.nested.property('error.code', 'RKT_ERR_TASK_EXISTS');
    expect(parsed(taken)).to.have.nested.property('error.remedy').that.is.a('string').and.not.empty;
    expect((await remove('/v1/tasks/gone')).status).to.equal(404);
    expect((await post('/v1/tasks/web/exec', { cmd: [] })).status).to.equal(400);
    expect((await remove('/v1/tasks/web?force=maybe')).status).to.equal(400);
    expect(codeOf(await served.ask('/nothing'))).to.equal('RKT_ERR_ROUTE');
  });

  it('reports of the machine, the driver and itself', async () => {
    expect(parsed(await served.ask('/v1/health'))).to.deep.equal({ status: 'ok' });
    expect(parsed(await served.ask('/v1/version'))).to.include({ version: '9.9.9', pid: process.pid });
    expect(parsed(await served.ask('/v1/ready'))).to.include({ ready: true, health: 'healthy' });
    expect(parsed(await served.ask('/v1/fingerprint'))).to.include({ health: 'healthy' });
    expect(parsed(await served.ask('/v1/host'))).to.have.nested.property('cpu.cores', 8);
    expect(parsed(await served.ask('/v1/pods'))).to.deep.equal({ pods: [] });
    expect((await served.ask('/metrics', { headers: { accept: 'text/plain' } })).body).to.equal(
      'for text/plain',
    );
  });

  it('gives the end of a log, and nothing of what is no file', async () => {
    const end = await served.ask('/v1/tasks/web-0000/logs?tailBytes=6');
    expect([end.headers['content-type'], end.body]).to.deep.equal(['text/plain; charset=utf-8', 'three\n']);
    const none = await served.ask('/v1/tasks/web-0000/logs?stream=stderr');
    expect([none.status, codeOf(none)]).to.deep.equal([409, 'RKT_ERR_LOGS']);
  });

  it('follows a log until the task ends', async () => {
    const followed = served.ask('/v1/tasks/web-0000/logs?follow=true&tailBytes=6');
    await until('somebody waits for the task', () => exitSubject.observed);
    await writeFile(log, 'four\n', { flag: 'a' });
    exitSubject.complete();
    const { body } = await followed;
    expect(body).to.include('event: log\ndata: {"stream":"stdout","text":"three\\n"}');
    expect(body.indexOf('four')).to.be.greaterThan(body.indexOf('three'));
    expect(body.trimEnd().endsWith('event: ended\ndata: {"topic":"log"}')).to.equal(true);
  });

  it('describes every route in an OpenAPI document', async () => {
    const { paths, openapi, components } = parsed(await served.ask('/v1/openapi.json')) as {
      openapi: string;
      components: { schemas: Record<string, unknown> };
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    expect(openapi).to.equal('3.1.0');
    const { TaskSpec } = components.schemas;
    expect(TaskSpec).to.have.nested.property('properties.config.properties.image.type', 'string');
    expect(TaskSpec).to.have.property('required').that.includes.members(['id', 'config']);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).to.deep.equal([
      'delete /v1/session',
      'delete /v1/silences/{id}',
      'delete /v1/tasks/{id}',
      'get /v1/alerts',
      'get /v1/alerts/history',
      'get /v1/alerts/receivers',
      'get /v1/audit',
      'get /v1/fingerprint',
      'get /v1/health',
      'get /v1/history',
      'get /v1/history/recent',
      'get /v1/host',
      'get /v1/hosts',
      'get /v1/pods',
      'get /v1/ready',
      'get /v1/replay',
      'get /v1/replay/markers',
      'get /v1/sampling',
      'get /v1/session',
      'get /v1/silences',
      'get /v1/streams',
      'get /v1/streams/{topic}',
      'get /v1/tasks',
      'get /v1/tasks/{id}',
      'get /v1/tasks/{id}/exec/stream',
      'get /v1/tasks/{id}/logs',
      'get /v1/tasks/{id}/logs/download',
      'get /v1/tasks/{id}/logs/lines',
      'get /v1/tasks/{id}/logs/pieces',
      'get /v1/version',
      'post /v1/audit',
      'post /v1/replay',
      'post /v1/session',
      'post /v1/silences',
      'post /v1/tasks',
      'post /v1/tasks/{id}/exec',
      'post /v1/tasks/{id}/exec/ticket',
      'post /v1/tasks/{id}/restart',
      'post /v1/tasks/{id}/signal',
      'post /v1/tasks/{id}/stop',
    ]);
  });

  it('audits, and removes what it finds only for a POST with the token', async () => {
    const outcome = async (answer: Promise<{ status: number; body: string }>): Promise<unknown> => {
      const { status, body } = await answer;
      expect(status, body).to.equal(200);
      const { findings, unchecked } = JSON.parse(body) as {
        findings: { outcome: string }[];
        unchecked: unknown;
      };
      expect(unchecked).to.deep.equal([{ what: '/nowhere', reason: 'gone' }]);
      return findings.map((finding) => finding.outcome);
    };
    expect(await outcome(served.ask('/v1/audit'))).to.deep.equal(['found']);
    expect(await outcome(served.ask('/v1/audit', { method: 'POST', unix: true }))).to.deep.equal(['removed']);
    expect((await served.ask('/v1/audit', { method: 'POST' })).status).to.equal(401);
  });

  it('sends the page with a tag, and not again while it is the same', async () => {
    const first = await served.ask('/assets/theme.css');
    expect(first.headers['content-type']).to.equal('text/css; charset=utf-8');
    const tag = first.headers.etag ?? '';
    const again = await served.ask('/assets/theme.css', { headers: { 'if-none-match': tag } });
    expect([again.status, again.body]).to.deep.equal([304, '']);
  });
});
