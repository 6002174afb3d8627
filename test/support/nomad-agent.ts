import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { openNamespace, type Namespace } from './mount-namespace.ts';
import { freeNomadPorts, nomadClientConfig, nomadServerConfig } from './nomad-config.ts';
import { runProgram, type ProgramOptions, type ProgramResult } from './program.ts';
import type { Sandbox } from './sandbox.ts';

/** Starting takes an agent some seconds, and a busy machine makes them many. */
const PATIENCE_MS = 60_000;
/** From 1.1 on the agent makes these, and leaves them behind. */
const CPUSETS = ['reserved', 'shared', ''].map((name) => join('/sys/fs/cgroup/cpuset/nomad', name));

/**
 * A Nomad agent that runs tasks, on loopback, with the plugin in its plugin directory; the server that it is a client of
 * runs beside it. They and all that they start live in a mount namespace that ends with them.
 */
export interface NomadAgent {
  readonly log: () => string;
  /** The nomad command, asking this agent. */
  readonly nomad: (args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;
  /** A command that has to succeed; its stdout. */
  readonly ok: (...args: readonly string[]) => Promise<string>;
  /** What the HTTP API answers to a GET. */
  readonly get: (path: string) => Promise<unknown>;
  /** Waits until something holds, looking now and then; for what takes an agent seconds. */
  readonly eventually: <Value>(what: string, look: () => Promise<Value | undefined>) => Promise<Value>;
  /** The plugin that serves tasks now. */
  readonly pluginPid: () => Promise<number>;
  /** Ends the agent by a signal, without its server, and starts one with the same data. */
  readonly restart: (signal: NodeJS.Signals) => Promise<void>;
  /** Mounts below the sandbox's directory. */
  readonly mounts: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Where an agent runs, if not in this network. */
export interface AgentPlace {
  readonly namespace: Namespace;
  readonly networkInterface: string;
}

/** @param install puts the plugin into the directory that it is given */
export async function startNomadAgent(
  program: string,
  { base, options }: Sandbox,
  install: (pluginDir: string) => Promise<unknown>,
  place?: AgentPlace,
): Promise<NomadAgent> {
  const pluginDir = join(base, 'plugins');
  await mkdir(pluginDir);
  await install(pluginDir);
  const ports = await freeNomadPorts();
  await writeFile(join(base, 'server.hcl'), nomadServerConfig(base, ports));
  await writeFile(
    join(base, 'client.hcl'),
    nomadClientConfig({ base, pluginDir, ports, plugin: options, networkInterface: place?.networkInterface }),
  );
  const hadCpusets = CPUSETS.some(existsSync);
  const namespace = place?.namespace ?? (await openNamespace());
  const start = (role: 'server' | 'client'): ChildProcess =>
    startIn(namespace, [program, 'agent', '-config', join(base, `${role}.hcl`)], join(base, `${role}.log`));
  const address = `http://127.0.0.1:${ports.clientHttp}`;
  const server = start('server');
  let agent = start('client');

  const log = (): string => readFileSync(join(base, 'client.log'), 'utf8');
  const nomad: NomadAgent['nomad'] = (args, more = {}) => {
    const [first = '', ...words] = [...(place === undefined ? [] : namespace.enter), program, ...args];
    return runProgram(first, words, { ...more, env: { NOMAD_ADDR: address, ...more.env } });
  };
  const get = async (path: string): Promise<unknown> => {
    if (place === undefined) return getJson(`${address}/v1/${path}`);
    const [first, ...words] = [...namespace.enter, 'busybox', 'wget', '-qO-', `${address}/v1/${path}`];
    const { exitCode, stdout, stderr } = await runProgram(first, words);
    if (exitCode !== 0) throw new Error(`${path}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const eventually: NomadAgent['eventually'] = async (what, look) => {
    const deadline = performance.now() + PATIENCE_MS;
    let last: unknown;
    while (performance.now() < deadline && agent.exitCode === null) {
      const found = await look().catch((error: unknown) => void (last = error));
      if (found !== undefined) return found;
      await delay(100);
    }
    throw new Error(`waited in vain until ${what} (${String(last)})\n${lastWords(log())}`);
  };
  const ready = (): Promise<true> =>
    eventually('the node is ready', async () => {
      const [node] = (await get('nodes')) as { Status: string; Drivers: Record<string, unknown> }[];
      return node?.Status === 'ready' && node.Drivers['rkt'] !== undefined ? true : undefined;
    });
  const close = async (): Promise<void> => {
    await end(agent, 'SIGTERM');
    await end(server, 'SIGTERM');
    await namespace.close();
    if (!hadCpusets) CPUSETS.filter(existsSync).forEach((directory) => rmdirSync(directory));
  };
  try {
    await ready();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    log,
    nomad,
    async ok(...args) {
      const { exitCode, stdout, stderr } = await nomad(args);
      if (exitCode === 0) return stdout;
      throw new Error(`nomad ${args.join(' ')} exited with ${exitCode}: ${stdout}${stderr}`);
    },
    get,
    eventually,
    pluginPid: () => eventually('there is one plugin', () => Promise.resolve(pluginOf(namespace))),
    async restart(signal) {
      await end(agent, signal);
      agent = start('client');
      await ready();
    },
    mounts: () => namespace.mounts(base),
    close,
  };
}

function startIn({ enter }: Namespace, command: readonly string[], logFile: string): ChildProcess {
  const [program = '', ...args] = [...enter, ...command];
  const log = openSync(logFile, 'a');
  try {
    return spawn(program, args, { stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

async function end(agent: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = once(agent, 'close');
  agent.kill(signal);
  await ended;
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An agent that starts has more than one for a while. */
function pluginOf({ processes }: Namespace): number | undefined {
  const [plugin, ...others] = processes().filter(({ command }) => command.includes('nomad-plugin'));
  return others.length === 0 ? plugin?.pid : undefined;
}

/** The end of a log, without what the tests themselves have caused by asking. */
function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => !line.includes('http: request complete'));
  return lines.slice(-60).join('\n');
}
