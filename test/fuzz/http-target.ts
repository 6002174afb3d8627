import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { NEVER, asyncScheduler, of } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { ERROR_CATALOGUE } from '../../src/model/error-catalogue.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { parseWith } from '../../src/model/parse.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import { newTaskSpecSchema } from '../../src/model/task-spec.ts';
import { createExecTickets } from '../../src/server/exec/exec-tickets.ts';
import { createApp } from '../../src/server/server-app.ts';
import { serverSettings } from '../../src/server/options.ts';
import { watchFromStart } from '../../src/server/watch-from-start.ts';
import type { Authorizer } from '../../src/server/tokens/authorizer.ts';
import { createHub } from '../../src/server/sse/sse-hub.ts';
import { fakeDriver } from '../support/fake-tasks.ts';
import { never, type FuzzTarget } from './target.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE', 'PUT', 'HEAD']);
const TASK = { id: 'a', name: 'b', env: { A: 'b' }, config: { image: 'x', port_map: [{ http: 'tcp' }] } };
const REQUESTS = [
  `POST /v1/tasks\n${JSON.stringify(TASK)}`,
  'POST /v1/tasks/web-0000/stop\n{"timeoutMs":10,"signal":"SIGTERM"}',
  'POST /v1/tasks/web-0000/signal\n{"signal":"SIGHUP"}',
  'POST /v1/tasks/web-0001/exec\n{"cmd":["/bin/true","x"],"timeoutMs":1000}',
  'DELETE /v1/tasks/web-0000?force=true\n',
  'GET /v1/tasks/web-0000\n',
  'GET /v1/tasks/web-0000/logs?stream=stderr&tailBytes=10&follow=true\n',
  'GET /v1/streams?topics=stats,events,tasks&interval=1000&groups=cpu,memory&task=web-0000&replay=10\n',
  'GET /v1/streams/stats?interval=500ms&replay=true\n',
  'GET /v1/history?task=web-0000&metrics=cpu.percent&sinceMs=1&untilMs=2&points=10\n',
  'GET /v1/alerts\n',
  'POST /v1/session\n{"token":"x"}',
];

/** A driver that checks a task as it is checked at a start, and takes everything else. */
function acceptingDriver(): Driver {
  const done = (): Promise<void> => Promise.resolve();
  const known: Partial<Driver> = {
    ...fakeDriver(2),
    pods: () => of([]),
    waitTask: () => NEVER,
    startTask(spec) {
      parseWith(newTaskSpecSchema, spec, { what: 'task', code: 'RKT_ERR_TASK_CONFIG' });
      return Promise.resolve({ handle: undefined as never, network: undefined });
    },
    stopTask: done,
    signalTask: done,
    destroyTask: done,
    execTask: () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '', output: '', truncated: false }),
    taskSpec: () => newTaskSpecSchema.parse(TASK),
    describeTask: () => Promise.resolve(newTaskSpecSchema.parse(TASK)),
    readTaskLog: () => Promise.resolve(),
    taskStats: () => NEVER,
  };
  return known as Driver;
}

type Ask = (method: string, path: string, body: Buffer) => Promise<Response>;

const stopped = new AbortController();

/** Has no tokens: all requests of this test come over the unix socket. */
function openAuthorizer(): Authorizer {
  const unused = (): never => {
    throw new RktError('RKT_ERR_TOKEN', 'There are no tokens');
  };
  const none = (): undefined => undefined;
  return { bearer: unused, sessionKey: unused, session: none, reload: none, close: none };
}

/** All routes, without a socket; streams of Node's own response go nowhere. */
async function openApp(): Promise<Ask> {
  const logger = silentLogger;
  const settings = serverSettings({
    listen: false,
    socketPath: false,
    dashboard: false,
    dataDir: '/nowhere',
  });
  const driver = acceptingDriver();
  const hub = createHub({ driver, logger, limits: settings.limits });
  const authorizer = openAuthorizer();
  const closing = stopped.signal;
  closing.addEventListener('abort', () => hub.close());
  const atClose = (): void => undefined;
  const shared = { driver, version: '1', logger, settings, authorizer, hub, closing, atClose };
  const ctx = await watchFromStart({ ...shared, reloadable: () => ({}), reloaded$: NEVER });
  const app = createApp(ctx, createExecTickets(asyncScheduler));
  return async (method, path, body) => {
    const incoming = new IncomingMessage(new Socket());
    const outgoing = new ServerResponse(incoming);
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const request = new Request(new URL(path, 'http://localhost'), {
      method,
      ...(hasBody && { headers, body: new Uint8Array(body) }),
    });
    try {
      return await app.fetch(request, { incoming, outgoing, via: 'unix' });
    } finally {
      outgoing.destroy();
      // it has no socket that would say so, and streams end by this
      outgoing.emit('close');
    }
  };
}

/** Node refuses other bytes in the line of a request before any route sees them. */
function pathOf(text: string): string {
  const path = text.replaceAll(/[^\x21-\x7e]/gu, (letter) => encodeURIComponent(letter));
  return `/${path.replace(/^[/\\]+/, '')}`;
}

let app: Ask | undefined;

async function ask(input: Buffer): Promise<void> {
  app ??= await openApp();
  const end = input.indexOf('\n');
  const [line, body] = end < 0 ? [input, Buffer.alloc(0)] : [input.subarray(0, end), input.subarray(end + 1)];
  const [word = '', ...rest] = line.toString().split(' ');
  const method = METHODS.has(word) ? word : 'GET';
  const response = await app(method, pathOf(rest.join(' ')), body);
  const isStream = response.headers.get('content-type')?.startsWith('application/json') !== true;
  if (isStream || response.status < 400) return response.body?.cancel();
  const { error } = (await response.json()) as { error?: { code?: string; message?: string } };
  if (error?.code !== undefined && Object.hasOwn(ERROR_CATALOGUE, error.code)) return;
  throw new Error(`${response.status} ${JSON.stringify(error)}`);
}

/** Ends the streams that requests have opened. */
export function closeHttpTarget(): void {
  stopped.abort();
}

export const httpTarget: FuzzTarget = {
  name: 'a request to the agent',
  corpus: () => REQUESTS.map((text) => Buffer.from(text)),
  parse: ask,
  isDocumented: never,
};
