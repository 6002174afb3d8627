import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { connectPlugin, type DuplexStream, type PluginClient } from './plugin-client.ts';

/** What a Nomad agent adds to its own environment for a plugin. */
export const HOST_ENVIRONMENT = {
  NOMAD_PLUGIN_MAGIC_COOKIE: 'e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255',
  PLUGIN_PROTOCOL_VERSIONS: '2',
  PLUGIN_MIN_PORT: '10000',
  PLUGIN_MAX_PORT: '25000',
};

export interface HostOptions {
  /** The file in the plugin directory, and the `args` of the agent's `plugin` block. */
  readonly command: readonly string[];
  /** On top of the environment of the agent; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** How long the handshake may take. Default 30 s. */
  readonly handshakeMs?: number;
}

/** A line of the plugin's log, as the host would put it into its own. */
export interface LogRecord {
  readonly level: string;
  readonly message: string;
  readonly timestamp: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A plugin that was started the way a Nomad agent starts it, before or without a handshake. */
export interface PluginProcess {
  readonly child: ChildProcess;
  /** All that came so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The log so far. @throws for a line that the host would not take for a record */
  readonly log: () => readonly LogRecord[];
  /** When the process was gone, and when no one held the write end of its pipes any more. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly stdoutEnded: Promise<void>;
  readonly stderrEnded: Promise<void>;
}

/** A plugin that runs and is connected. */
export interface NomadHost extends PluginProcess, PluginClient {
  /** The fields of the handshake. */
  readonly handshake: readonly string[];
  readonly socket: string;
  readonly startedInMs: number;
  /** The broker's stream, which a host opens with each connection. */
  readonly brokerStream: DuplexStream<object, object>;
  /** Ends the plugin as the agent does; false when it had to be killed after 2 s. */
  readonly shutdown: () => Promise<boolean>;
  /** Ends the plugin at once, and waits until it is gone with its pipes. */
  readonly kill: () => Promise<void>;
}

/** How long a plugin may take from Shutdown to its end. */
const GRACE_MS = 2_000;

/** Starts the process alone. */
export function spawnPlugin({ command, env = {}, cwd }: HostOptions): PluginProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RKT_STREAMS|PLUGIN)_/.test(name));
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    env: { ...Object.fromEntries(inherited), ...HOST_ENVIRONMENT, ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  return {
    child,
    stdout: () => out.stdout,
    stderr: () => out.stderr,
    log: () => out.stderr.split('\n').slice(0, -1).map(logRecord),
    exited: new Promise((resolve, reject) => {
      child.on('exit', (code, signal) => resolve({ code, signal })).on('error', reject);
    }),
    stdoutEnded: new Promise((resolve) => child.stdout.on('end', resolve)),
    stderrEnded: new Promise((resolve) => child.stderr.on('end', resolve)),
  };
}

/** Starts a plugin, reads its handshake, and connects. */
export async function startPlugin(options: HostOptions): Promise<NomadHost> {
  const startedAtMs = performance.now();
  const plugin = spawnPlugin(options);
  const handshake = await readHandshake(plugin, options.handshakeMs ?? 30_000);
  const startedInMs = performance.now() - startedAtMs;
  const socket = handshake[3] ?? '';
  const client = connectPlugin(socket);
  const brokerStream = client.broker.duplex('StartStream');
  const { child, exited, stdoutEnded, stderrEnded } = plugin;
  const gone = Promise.all([exited, stdoutEnded, stderrEnded]);
  const kill = async (): Promise<void> => {
    client.close();
    child.kill('SIGKILL');
    await gone;
  };
  return {
    ...plugin,
    ...client,
    handshake,
    socket,
    startedInMs,
    brokerStream,
    kill,
    async shutdown() {
      brokerStream.end();
      await client.controller.unary('Shutdown', {}).catch(() => undefined);
      client.close();
      const timer = new AbortController();
      const late = delay(GRACE_MS, true, { signal: timer.signal }).catch(() => false);
      const isLate = await Promise.race([gone.then(() => false), late]);
      timer.abort();
      if (isLate) await kill();
      return !isLate;
    },
  };
}

/** The first line, by the rules of the host. */
async function readHandshake(plugin: PluginProcess, limitMs: number): Promise<readonly string[]> {
  const { child, stdout, stderr } = plugin;
  const line = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      if (stdout().includes('\n')) resolve(stdout().slice(0, stdout().indexOf('\n')));
    });
  });
  const timer = new AbortController();
  const tooLate = delay(limitMs, undefined, { signal: timer.signal }).then(
    () => 'timeout while waiting for plugin to start',
    () => '',
  );
  const early = plugin.exited.then(() => 'plugin exited before we could connect');
  const text = await Promise.race([line, tooLate, early]);
  timer.abort();
  const fields = text.trim().split('|');
  const [core, app, network, , protocol] = fields;
  if (core === '1' && app === '2' && network === 'unix' && protocol === 'grpc') return fields;
  child.kill('SIGKILL');
  throw new Error(`Unrecognized remote plugin message: ${text}\n${stderr()}`);
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;
const LINE_BYTES = 64 * 1024;

/** What the host makes of a line: a record, or a reason to complain. */
export function logRecord(line: string): LogRecord {
  const complain = (what: string): never => {
    throw new Error(`${what}: ${line.slice(0, 500)}`);
  };
  if (Buffer.byteLength(line) >= LINE_BYTES) complain('a line over 64 KiB');
  let record: Record<string, unknown> = {};
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    complain('not JSON');
  }
  const { '@level': level, '@message': message, '@timestamp': timestamp, ...fields } = record;
  if (typeof level !== 'string' || !LEVELS.includes(level)) return complain('no level');
  if (typeof message !== 'string') return complain('no message');
  if (typeof timestamp !== 'string' || !TIMESTAMP.test(timestamp)) return complain('no timestamp');
  return { level, message, timestamp, fields };
}
