import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { openNamespace, type Namespace } from './mount-namespace.ts';
import { agentCgroup, freePorts, nomadConfig } from './nomad-config.ts';
import { runProgram, type ProgramOptions, type ProgramResult } from './program.ts';
import type { Room } from './room.ts';

/** Starting takes an agent some seconds, and a busy machine makes them many. */
const PATIENCE_MS = 60_000;

/**
 * A Nomad agent, server and client in one, on loopback, with the plugin in its plugin directory. It and all that it
 * starts live in a mount namespace that ends with them.
 */
export interface NomadAgent {
  readonly pid: number;
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
  /** Ends the agent by a signal and starts one with the same data. */
  readonly restart: (signal: NodeJS.Signals) => Promise<void>;
  readonly mounts: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** @param install puts the plugin into the directory that it is given */
export async function startNomadAgent(
  program: string,
  { base, options }: Room,
  install: (pluginDir: string) => Promise<unknown>,
): Promise<NomadAgent> {
  const pluginDir = join(base, 'plugins');
  const file = join(base, 'agent.hcl');
  const ports = await freePorts(3);
  const { stdout: version } = await runProgram(program, ['version']);
  await mkdir(pluginDir);
  await install(pluginDir);
  await writeFile(file, nomadConfig({ base, pluginDir, ports, plugin: options, version }));
  const namespace = await openNamespace();
  const logFile = join(base, 'agent.log');
  const log = (): string => readFileSync(logFile, 'utf8');
  const address = `http://127.0.0.1:${ports[0]}`;
  const start = (): ChildProcess => startIn(namespace, [program, 'agent', '-config', file], logFile);
  let agent = start();

  const nomad: NomadAgent['nomad'] = (args, more = {}) =>
    runProgram(program, args, { ...more, env: { NOMAD_ADDR: address, ...more.env } });
  const get: NomadAgent['get'] = async (path) => {
    const answer = await fetch(`${address}/v1/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const eventually: NomadAgent['eventually'] = async (what, look) => {
    const deadline = performance.now() + PATIENCE_MS;
    let last: unknown;
    while (performance.now() < deadline) {
      if (agent.exitCode !== null) break;
      const found = await look().catch((error: unknown) => void (last = error));
      if (found !== undefined) return found;
      await delay(100);
    }
    throw new Error(`waited in vain until ${what} (${String(last)})\n${log().slice(-6_000)}`);
  };
  const ready = (): Promise<true> =>
    eventually('the node is ready', async () => {
      const nodes = (await get('nodes')) as {
        Status: string;
        Drivers: Record<string, { Healthy: boolean }>;
      }[];
      return nodes[0]?.Status === 'ready' && nodes[0].Drivers['rkt'] !== undefined ? true : undefined;
    });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (agent.exitCode !== null || agent.signalCode !== null) return;
    agent.kill(signal);
    await once(agent, 'close');
  };
  const close = async (): Promise<void> => {
    await end('SIGTERM');
    await namespace.close();
    removeCgroup(join('/sys/fs/cgroup/cpuset', agentCgroup(options.cgroupParent)));
  };
  try {
    await ready();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get pid() {
      return agent.pid ?? 0;
    },
    log,
    nomad,
    async ok(...args) {
      const { exitCode, stdout, stderr } = await nomad(args);
      if (exitCode !== 0)
        throw new Error(`nomad ${args.join(' ')} exited with ${exitCode}: ${stdout}${stderr}`);
      return stdout;
    },
    get,
    eventually,
    pluginPid: () => eventually('there is one plugin', () => Promise.resolve(pluginOf(namespace))),
    async restart(signal) {
      await end(signal);
      agent = start();
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

function pluginOf({ processes }: Namespace): number | undefined {
  const [plugin, ...others] = processes().filter(({ command }) => command.includes('nomad-plugin'));
  return others.length === 0 ? plugin?.pid : undefined;
}

/** The agent leaves its cgroups to whoever started it. */
function removeCgroup(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(directory, entry.name));
  }
  rmdirSync(directory);
}
