import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { namespaceHeldBy, type Namespace } from './mount-namespace.ts';
import { runProgram, type ProgramResult } from './program.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../dist/programs/rkt.js', import.meta.url));

/** Addresses of the two machines on the network between them. */
export const LAN = {
  host: '10.99.0.1',
  client: '10.99.0.2',
  host6: 'fd99::1',
  client6: 'fd99::2',
} as const;

/**
 * Two machines, each a network namespace: a host for pods, and a client on the network that both are on. The host has
 * a /run and a /var/lib of its own, so that leases, claims and rules are the test's alone.
 */
const HOST = `
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
ip link set lo up
echo ready
exec cat`;

/** A shell command that asks a server of {@link NetworkSite.serve}; it prints nothing where none answers. */
export function asking(address: string, port: number): string {
  return `printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 5 ${address} ${port} 2>/dev/null | tail -n 1`;
}

/** What is compared before and after. */
export interface NetworkFacts {
  readonly rules: readonly string[];
  readonly links: readonly string[];
  readonly leases: readonly string[];
}

export class NetworkSite {
  readonly dir: string;
  readonly #host: ChildProcess;
  readonly #client: ChildProcess;
  readonly #started: ChildProcess[] = [];

  private constructor(dir: string, host: ChildProcess, client: ChildProcess) {
    this.dir = dir;
    this.#host = host;
    this.#client = client;
  }

  static async open(dir: string): Promise<NetworkSite> {
    const host = await holder(['--net', '--mount', '--propagation', 'private'], HOST);
    const client = await holder(['--net'], 'ip link set lo up; echo ready; exec cat');
    for (const phase of ['run', 'exited-garbage'])
      mkdirSync(join(dir, 'data/pods', phase), { recursive: true });
    const site = new NetworkSite(dir, host, client);
    site.host(`ip link add lan type veth peer name lan netns ${client.pid}
ip addr add ${LAN.host}/24 dev lan; ip addr add ${LAN.host6}/64 dev lan nodad; ip link set lan up`);
    site.client(
      `ip addr add ${LAN.client}/24 dev lan; ip addr add ${LAN.client6}/64 dev lan nodad; ip link set lan up`,
    );
    return site;
  }

  /** The host's namespaces for what lives in them until it is closed; the site's own servers end then as well. */
  get namespace(): Namespace {
    const inside = namespaceHeldBy(this.#host.pid ?? 0);
    const close = (): Promise<void> => {
      inside.killAll();
      return Promise.resolve();
    };
    return { ...inside, enter: this.enter, close };
  }

  /** What has to stand before a command of the host. */
  get enter(): readonly string[] {
    return ['nsenter', `--net=/proc/${this.#host.pid}/ns/net`, `--mount=/proc/${this.#host.pid}/ns/mnt`];
  }

  /** Runs a shell script on the host. @throws Error with what it says when it fails */
  host(script: string): string {
    return shell([...this.enter, '/bin/sh', '-ec', script]);
  }

  client(script: string): string {
    return shell(['nsenter', `--net=/proc/${this.#client.pid}/ns/net`, '/bin/sh', '-ec', script]);
  }

  /** Starts a command on the host, in a further namespace where one is named; it is killed when the site is closed. */
  start(words: readonly string[], network?: string): ChildProcess {
    const [program = '', ...args] = this.enter;
    const inner = network === undefined ? [] : ['nsenter', `--net=${network}`];
    const child = spawn(program, [...args, ...inner, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#started.push(child);
    return child;
  }

  /** The client's namespace, for {@link start} and {@link serve}. */
  get clientNetwork(): string {
    return `/proc/${this.#client.pid}/ns/net`;
  }

  /** Serves, on all addresses of a namespace (the host's if none is named), a name and the address that asked for it. */
  async serve(name: string, port: number, network?: string): Promise<ChildProcess> {
    const www = join(this.dir, 'www', name);
    mkdirSync(join(www, 'cgi-bin'), { recursive: true });
    const address = `$(echo "$REMOTE_ADDR" | sed 's/[][]//g; s/^::ffff://')`;
    const script = `#!/bin/sh\nprintf '\\r\\n${name} %s\\n' "${address}"\n`;
    writeFileSync(join(www, 'cgi-bin/who'), script, { mode: 0o755 });
    const server = this.start(['busybox', 'httpd', '-f', '-p', `[::]:${port}`, '-h', www], network);
    const inner = network === undefined ? '' : `nsenter --net=${network} `;
    const listening = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
    await until(`${name} listens`, () => this.host(`${inner}cat /proc/net/tcp6`).includes(listening));
    return server;
  }

  /** Runs a command of the embedded rkt on the host. */
  rkt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> {
    const [program = '', ...words] = this.enter;
    return runProgram(program, [...words, ...this.rktWords(args)], { env });
  }

  /** The command line of the embedded rkt for {@link start}. */
  rktWords(args: readonly string[]): readonly string[] {
    const dirs = [`--dir=${this.dataDir}`, `--local-config=${join(this.dir, 'etc')}`];
    return [process.execPath, MAIN, ...dirs, ...args];
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  /** Defines a network. */
  define(file: string, config: object): void {
    const dir = join(this.dir, 'etc/net.d');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, file), JSON.stringify(config));
  }

  /** Rules of all tables, links, and files of leases and claims, as they are now. */
  facts(): NetworkFacts {
    const lines = (script: string): readonly string[] =>
      this.host(script)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
    const rules = lines('iptables-save; ip6tables-save').map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
    const links = lines('ip -o link').map((line) => line.replace(/^\d+: ([^:@]+).*/, '$1'));
    const leases = lines('find /run /var/lib -type f ! -name lock ! -name "last_reserved_ip.*"');
    return { rules, links: [...links], leases };
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map(endProcess));
    for (const child of [this.#client, this.#host]) {
      const ended = once(child, 'close');
      child.stdin?.end();
      await ended;
    }
  }
}

/** Kills a process that the site has started, and waits for its end. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  // What it has started may hold them open.
  child.stdout?.destroy();
  child.stdin?.destroy();
}

async function holder(namespaces: readonly string[], script: string): Promise<ChildProcess> {
  const child = spawn('unshare', [...namespaces, 'sh', '-ec', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`no namespace: ${String(code)}`);
  });
  failed.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), failed]);
  return child;
}

function shell(words: readonly string[]): string {
  const [program = '', ...args] = words;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`ended with ${String(status)}: ${stderr} ${stdout}\n${args.at(-1) ?? ''}`);
}
