import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { networkDir } from './load-networks.ts';
import type { PluginConfig } from './network-config.ts';

/** What a plugin is asked for. */
export type CniCommand = 'ADD' | 'DEL';

/** One call of a plugin. */
export interface PluginCall {
  readonly command: CniCommand;
  readonly path: string;
  /** Complete: with name, version, capabilities' arguments and the result before it. */
  readonly config: PluginConfig;
  readonly containerId: string;
  /** Path of the pod's namespace; empty when it is gone. */
  readonly namespace: string;
  readonly ifName: string;
  readonly args: string;
  /** A directory that the plugin, and what it starts, has a shared lock of until it ends. */
  readonly lockDir?: string;
}

/** After rkt's own places those where distributions put the reference plugins. */
const USUAL_DIRS: readonly string[] = [
  '/usr/lib/rkt/plugins/net',
  '/opt/cni/bin',
  '/usr/lib/cni',
  '/usr/libexec/cni',
];
/** Plugins find iptables there, and hooks run without a PATH. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** A plugin that hangs must not hang the pod for ever. */
const DEADLINE_MS = 60_000;
const MAX_OUTPUT = 1024 * 1024;

/** The search path of plugins. */
function pluginDirs(ctx: Pick<RktContext, 'localConfigDir'>): readonly string[] {
  return [networkDir(ctx), ...USUAL_DIRS];
}

/** Absolute path of a plugin. @throws RktFailure with its name and the search path */
export function findPlugin(ctx: Pick<RktContext, 'localConfigDir'>, type: string): string {
  const dirs = pluginDirs(ctx);
  const found = dirs.map((dir) => join(dir, type)).find(isProgram);
  if (found !== undefined) return found;
  throw new RktFailure(
    `could not find plugin ${JSON.stringify(type)} in ${dirs.join(', ')}: ` +
      "the reference plugins are in Debian's package containernetworking-plugins",
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Calls a plugin, with an environment of its own: nothing of the pod's secrets gets into it.
 *
 * @returns what it wrote to stdout
 * @throws RktFailure with the plugin's message, its name, the network and its code
 */
export async function runPlugin(ctx: RktContext, call: PluginCall): Promise<string> {
  if (!isProgram(call.path)) throw new RktFailure(`plugin ${call.path} is not installed any more`);
  const end = await spawnPlugin(ctx, call);
  if (end.exitCode === 0) return end.stdout;
  const said = pluginMessage(end.stdout);
  const where = describeCall(call);
  if (said !== undefined) throw new RktFailure(`${said.text} (${where}, code ${said.code})`);
  const how = end.exitCode === undefined ? end.problem : `it ended with ${end.exitCode}`;
  const words = oneLine(end.stderr || end.stdout);
  throw new RktFailure(`${how}${words === '' ? '' : `: ${words}`} (${where})`);
}

/** What a call was for, as messages name it. */
export function describeCall({ command, config }: Pick<PluginCall, 'command' | 'config'>): string {
  return `plugin ${config.type}, ${command} of network ${JSON.stringify(config['name'])}`;
}

interface PluginEnd {
  /** Undefined for one that did not start, was killed or took too long; `problem` says which. */
  readonly exitCode: number | undefined;
  readonly problem: string;
  readonly stdout: string;
  readonly stderr: string;
}

function spawnPlugin(ctx: RktContext, call: PluginCall): Promise<PluginEnd> {
  const locked = ['--no-fork', '--shared', `${call.lockDir ?? ''}/.`, call.path];
  const [program, args] = call.lockDir === undefined ? [call.path, []] : ['flock', locked];
  const child = spawn(program, args, {
    env: environment(ctx, call),
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
  });
  const out = { stdout: '', stderr: '' };
  const add = (key: keyof typeof out, text: string): void => {
    if (out[key].length < MAX_OUTPUT) out[key] += text;
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => add('stdout', text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => add('stderr', text));
  // One that fails early reads nothing.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(call.config));
  return new Promise((resolve) => {
    let problem = '';
    const timer = setTimeout(() => {
      problem = `it had not ended after ${DEADLINE_MS / 1000} s`;
      child.kill('SIGKILL');
      // What it has started may hold its output open.
      child.stdout.destroy();
      child.stderr.destroy();
    }, DEADLINE_MS);
    const end = (exitCode: number | undefined, how: string): void => {
      clearTimeout(timer);
      resolve({ exitCode, problem: problem || how, ...out });
    };
    child.on('error', (error) => end(undefined, `it did not start: ${error.message}`));
    child.on('close', (code, signal) => end(code ?? undefined, `it was killed by ${String(signal)}`));
  });
}

function environment(ctx: RktContext, call: PluginCall): Record<string, string> {
  const path = ctx.env['PATH'] ?? '';
  return {
    PATH: path === '' ? USUAL_PATH : `${path}:${USUAL_PATH}`,
    CNI_COMMAND: call.command,
    CNI_CONTAINERID: call.containerId,
    CNI_NETNS: call.namespace,
    CNI_IFNAME: call.ifName,
    CNI_ARGS: call.args,
    CNI_PATH: pluginDirs(ctx).join(':'),
  };
}

/** A failing plugin writes `{"code": …, "msg": …, "details": …}`. */
function pluginMessage(stdout: string): { readonly text: string; readonly code: number } | undefined {
  try {
    const { msg, details, code } = JSON.parse(stdout) as Partial<Record<string, unknown>>;
    if (typeof msg !== 'string' || msg === '') return undefined;
    const more = typeof details === 'string' && details !== '' ? `; ${details}` : '';
    return { text: oneLine(`${msg}${more}`), code: typeof code === 'number' ? code : 0 };
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .slice(0, 2000);
}
