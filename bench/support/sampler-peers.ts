import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { getAbsolutePath } from '../../src/rkt/resolve-binary.ts';
import { closedOnInterrupt } from './interrupt.ts';
import type { Workload } from './workload.ts';

const run = promisify(execFile);
const UNPACK = fileURLToPath(new URL('unpack-peers.sh', import.meta.url));
/** Debian's packages, by program. collectd is none of them: its plugin sees only the cgroups at the top of a hierarchy. A program that is on the PATH is used as it is. */
const PACKAGES = { cadvisor: 'cadvisor', netdata: 'netdata-core' } as const;

export type PeerName = keyof typeof PACKAGES;

/** Another program that samples the cgroups of a workload every second. */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  /** Its command line in the foreground, for this workload; files go below `directory`. */
  command(workload: Workload, directory: string): Promise<readonly string[]>;
  readonly env: NodeJS.ProcessEnv;
}

/** The peers that are here or can be had from Debian, and why the others are left out. */
export interface Peers {
  readonly found: readonly Peer[];
  readonly missing: readonly { readonly name: PeerName; readonly reason: string }[];
  close(): Promise<void>;
}

export async function findPeers(): Promise<Peers> {
  const base = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-peers-'));
  const found: Peer[] = [];
  const missing: { name: PeerName; reason: string }[] = [];
  for (const name of Object.keys(PACKAGES) as PeerName[]) {
    try {
      found.push(await findPeer(name, join(base, name)));
    } catch (error) {
      const lines = String(error).trim().split('\n');
      missing.push({ name, reason: lines.find((line) => line.startsWith('E: ')) ?? lines[0] ?? 'not found' });
    }
  }
  return { found, missing, close: closedOnInterrupt(() => rm(base, { recursive: true, force: true })) };
}

async function findPeer(name: PeerName, directory: string): Promise<Peer> {
  const present = await getAbsolutePath(name).catch(() => undefined);
  if (present === undefined) await run('sh', [UNPACK, directory, PACKAGES[name]]);
  const root = present === undefined ? join(directory, 'root') : '/';
  const program = present ?? ['usr/sbin', 'usr/bin'].map((bin) => join(root, bin, name)).find(existsSync);
  if (program === undefined) throw new Error(`the package has no program ${name}`);
  const libraries = `${root}/usr/lib/x86_64-linux-gnu:${root}/usr/lib`;
  const env = present === undefined ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env;
  const flag = { cadvisor: '--version', netdata: '-V' }[name];
  const { stdout, stderr } = await run(program, [flag], { env }).catch((error: unknown) => {
    return error as { stdout: string; stderr: string };
  });
  const version = /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? '';
  const commands = { cadvisor: cadvisorCommand, netdata: netdataCommand };
  return {
    name,
    version,
    env,
    command: (workload, into) => commands[name]({ program, root, into, workload }),
  };
}

interface CommandOrder {
  readonly program: string;
  /** Where its package was unpacked. */
  readonly root: string;
  readonly into: string;
  readonly workload: Workload;
}

/** Its defaults, but only for the cgroups of the workload. */
async function cadvisorCommand({ program, workload }: CommandOrder): Promise<readonly string[]> {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  const only = `--raw_cgroup_prefix_whitelist=/${workload.parent}`;
  return [program, '--listen_ip=127.0.0.1', `--port=${port}`, only];
}

/** Only its plugin for cgroups, in memory and without its web server. */
async function netdataCommand({ program, root, into, workload }: CommandOrder): Promise<readonly string[]> {
  for (const part of ['etc', 'cache', 'lib', 'log']) await mkdir(join(into, part), { recursive: true });
  const off = ['proc', 'diskspace', 'tc', 'idlejitter', 'timex', 'checks', 'apps', 'statsd'];
  const file = join(into, 'etc/netdata.conf');
  const sections = {
    global: ['run as user = root'],
    directories: [
      `config = ${into}/etc`,
      `stock config = ${root}/usr/lib/netdata/conf.d`,
      `plugins = ${root}/usr/lib/netdata/plugins.d`,
      `web = ${root}/usr/share/netdata/web`,
      ...['cache', 'lib', 'log'].map((part) => `${part} = ${into}/${part}`),
    ],
    db: ['mode = ram', 'update every = 1', 'retention = 600'],
    web: ['mode = none'],
    ml: ['enabled = no'],
    health: ['enabled = no'],
    plugins: [
      'cgroups = yes',
      'enable running new plugins = no',
      'netdata monitoring = no',
      ...off.map((name) => `${name} = no`),
    ],
    'plugin:cgroups': [
      'use unified cgroups = no',
      'max cgroups to allow = 10000',
      'check for new cgroups every = 5',
      `enable by default cgroups matching = *${workload.parent}*`,
      'search for cgroups in subpaths matching = *',
      'run script to rename cgroups matching = !*',
      'cgroups to match as systemd services = !*',
    ],
  };
  await writeFile(file, configText(sections));
  return [program, '-D', '-c', file];
}

function configText(sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections)
    .map(([name, lines]) => `[${name}]\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('');
}
