import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BehaviorSubject, NEVER, Subject, concat, of } from 'rxjs';

import type { Driver, TaskEvent, TaskResourceUsage, TaskStatsSample, TaskStatus } from '../../src/index.ts';
import { CAPABILITIES } from '../../src/model/plugin.ts';
import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import { lockAgent } from '../../src/ops/lock-agent.ts';
import { withoutSecrets } from '../../src/model/shown-spec.ts';
import { taskSpecSchema, type TaskSpec } from '../../src/model/task-spec.ts';
// The server loads it for the first request, which takes long where every module is compiled first.
import '../../src/server/api-listener.ts';
import { createServer, type Server, type ServerOptions } from '../../src/server/index.ts';
import { aTaskStatus } from './task-statuses.ts';
import { aTaskEvent } from './task-events.ts';

/** A server over a driver whose every word the test says. */
export interface ServerFixture {
  readonly server: Server;
  readonly token: string;
  readonly dataDir: string;
  readonly tasksSubject: BehaviorSubject<readonly TaskStatus[]>;
  readonly eventsSubject: Subject<TaskEvent>;
  readonly statsSubject: Subject<readonly TaskStatsSample[]>;
  /** What taskStats reports, whichever task it is asked for. */
  readonly usageSubject: Subject<TaskResourceUsage>;
  /** Ops that reached the driver, with their arguments. */
  readonly calls: unknown[][];
  /** Subscriptions to allTaskStats, with their options. */
  readonly samplings: unknown[];
  ask(path: string, more?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Over the unix socket. */
  readonly local?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export function taskNamed(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return aTaskStatus(id, { pid: 4_242, startedAtMs: 1, ...more });
}

export function eventOf(taskId: string, message: string): TaskEvent {
  return aTaskEvent('started', taskId, { message });
}

export async function openServerFixture(
  options: ServerOptions & Partial<Pick<Driver, 'execTaskStreaming'>> = {},
): Promise<ServerFixture> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'rkt-streams-server-')));
  const tasksSubject = new BehaviorSubject<readonly TaskStatus[]>([taskNamed('web'), taskNamed('job/a b')]);
  const eventsSubject = new Subject<TaskEvent>();
  const statsSubject = new Subject<readonly TaskStatsSample[]>();
  const usageSubject = new Subject<TaskResourceUsage>();
  const calls: unknown[][] = [];
  const samplings: unknown[] = [];
  const find = (id: string): TaskStatus => {
    const task = tasksSubject.value.find((one) => one.id === id);
    if (task === undefined) throw taskNotFound(id);
    return task;
  };
  const specOf = (id: string): TaskSpec => {
    find(id);
    return taskSpecSchema.parse({
      id,
      config: { image: 'x', args: ['hunter3'] },
      env: { SECRET: 'hunter2' },
      deviceEnv: { GPU: 'hunter4' },
    });
  };
  const op = (name: string) => (id: string, more?: unknown) => {
    find(id);
    calls.push([name, id, more]);
    return Promise.resolve();
  };
  const healthy = { health: 'healthy', description: 'Healthy', attributes: {}, timeMs: 1 } as const;
  const host = { timestampMs: 1, cpu: { cores: 2 }, memory: {}, disks: [], uptimeMs: 1 };
  const driver: Partial<Driver> = {
    capabilities: () => CAPABILITIES,
    lockAgent: (lock) => lockAgent(dataDir, lock),
    tasks: () => tasksSubject.asObservable(),
    taskEvents: () => eventsSubject.asObservable(),
    allTaskStats: (wanted) => {
      samplings.push(wanted);
      return statsSubject.asObservable();
    },
    taskStats: () => usageSubject.asObservable(),
    waitTask: () => NEVER,
    pods: () => of([]),
    fingerprint: () => concat(of(healthy), NEVER),
    hostStats: () => concat(of(host), NEVER),
    samplingStats: () => NEVER,
    inspectTask: find,
    taskSpec: specOf,
    describeTask: (id) => Promise.resolve(withoutSecrets(specOf(id))),
    startTask: (spec) => {
      calls.push(['start', spec]);
      if (tasksSubject.value.some(({ id }) => id === spec.id))
        return Promise.reject(new RktError('RKT_ERR_TASK_EXISTS', ''));
      return Promise.resolve({ handle: undefined as never, network: undefined });
    },
    ...(options.execTaskStreaming && { execTaskStreaming: options.execTaskStreaming }),
    stopTask: op('stop'),
    restartTask: (id, stop) =>
      op('restart')(id, stop).then(() => ({ handle: undefined as never, network: undefined })),
    signalTask: op('signal'),
    destroyTask: op('destroy'),
    execTask: (id, cmd) => {
      find(id);
      calls.push(['exec', id, cmd]);
      return Promise.resolve({
        exitCode: 3,
        stdout: 'out',
        stderr: 'err',
        output: 'outerr',
        truncated: false,
      });
    },
  };
  const server = await createServer(driver as Driver, {
    listen: { host: '127.0.0.1', port: 0 },
    dashboard: false,
    ...options,
    dataDir,
  });
  return {
    server,
    token: (await readFile(server.tokenPath, 'utf8')).trim(),
    dataDir,
    tasksSubject,
    eventsSubject,
    statsSubject,
    usageSubject,
    calls,
    samplings,
    ask: (path, more) => ask(server, path, more),
    async close() {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true });
    },
  };
}

/** One request, whose path goes out as it is. */
export function ask(
  { url, socketPath }: Pick<Server, 'url' | 'socketPath'>,
  path: string,
  { method = 'GET', headers = {}, body, local = false }: AskOptions = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url ?? 'http://none');
  const where = local ? { socketPath } : { host: hostname.replaceAll(/[[\]]/g, ''), port };
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, method, path, agent: false, headers: { ...length, ...headers } });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text += more));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.end(body);
  });
}

/** A frame of a stream: comments and empty blocks are left out. */
export interface StreamFrame {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface StreamReader {
  readonly frames: StreamFrame[];
  readonly headers: () => IncomingHttpHeaders;
  readonly raw: () => string;
  readonly isOver: () => boolean;
  close(): void;
}

export function readStream(
  { url }: Pick<Server, 'url'>,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): StreamReader {
  const frames: StreamFrame[] = [];
  let raw = '';
  let rest = '';
  let answered: IncomingHttpHeaders = {};
  let isOver = false;
  const over = (): void => void (isOver = true);
  const sent = request(`${url ?? ''}${path}`, { headers, agent: false });
  sent.on('error', over).on('response', (response) => {
    answered = response.headers;
    response.on('error', over).on('close', over);
    response.setEncoding('utf8').on('data', (text: string) => {
      raw += text;
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      frames.push(...blocks.flatMap(toFrame));
    });
  });
  sent.end();
  return {
    frames,
    headers: () => answered,
    raw: () => raw,
    isOver: () => isOver,
    close: () => sent.destroy(),
  };
}

function toFrame(block: string): readonly StreamFrame[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  if (data === undefined) return [];
  return [{ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) as unknown }];
}
