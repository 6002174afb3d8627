import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { NetworkSite } from './network-site.ts';
import type { ProgramResult } from './program.ts';

/** A port of the played app: its name and number, and the port of the host that leads to it. */
export interface PlayedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol?: string;
  readonly hostPort?: number;
  readonly hostIP?: string;
}

/** A pod as a launch script leaves it before it calls net-attach: a directory in `run`, and a namespace on its pin. */
export class PlayedPod {
  readonly uuid = randomUUID();
  readonly #site: NetworkSite;

  constructor(site: NetworkSite, ports: readonly PlayedPort[] = []) {
    this.#site = site;
    mkdirSync(this.dir, { recursive: true });
    const app = {
      exec: ['/bin/app'],
      user: '0',
      group: '0',
      ports: ports.map(({ name, port, protocol = 'tcp' }) => ({
        name,
        port,
        protocol,
        count: 1,
        socketActivated: false,
      })),
    };
    const manifest = {
      acVersion: '0.8.11',
      acKind: 'PodManifest',
      apps: [{ name: 'app', image: { id: `sha512-${'0'.repeat(64)}` }, app }],
      volumes: null,
      isolators: null,
      annotations: null,
      ports: ports
        .filter(({ hostPort }) => hostPort !== undefined)
        .map(({ name, hostPort, hostIP }) => ({
          name,
          hostPort,
          ...(hostIP === undefined ? {} : { hostIP }),
        })),
    };
    writeFileSync(join(this.dir, 'pod'), JSON.stringify(manifest));
    writeFileSync(join(this.dir, 'pod-created'), '');
    writeFileSync(join(this.dir, 'ppid'), '1\n');
    site.host(`: >${this.pin}; unshare --net=${this.pin} true`);
  }

  get dir(): string {
    return join(this.#site.dataDir, 'pods/run', this.uuid);
  }

  get pin(): string {
    return join(this.dir, 'netns.pin');
  }

  attach(net: string, ...flags: readonly string[]): Promise<ProgramResult> {
    return this.#site.rkt(['net-attach', `--net=${net}`, ...flags, this.uuid]);
  }

  detach(): Promise<ProgramResult> {
    return this.#site.rkt(['net-detach', this.uuid]);
  }

  /** Holds the lock of the pod, as the process of a running one does, until it is killed. */
  async hold(): Promise<ChildProcess> {
    const child = this.#site.start([
      'flock',
      '--no-fork',
      '-x',
      `${this.dir}/.`,
      'sh',
      '-c',
      'echo; exec cat',
    ]);
    if (child.stdout !== null) await once(child.stdout, 'data');
    return child;
  }

  /** Serves its UUID on a port of the pod. */
  serve(port: number): Promise<ChildProcess> {
    return this.#site.serve(this.uuid, port, this.pin);
  }

  /** Runs a shell script in the pod's network. */
  run(script: string): string {
    return this.#site.host(`exec nsenter --net=${this.pin} /bin/sh -ec '${script.replaceAll("'", `'\\''`)}'`);
  }

  /** Takes the namespace away, as the death of all its processes does, or a reboot. */
  endNamespace(): void {
    // A plugin of a killed helper may be in it still.
    this.#site.host(`umount -l ${this.pin}`);
  }

  read(file: string): string {
    return readFileSync(join(this.dir, file), 'utf8');
  }

  /** The address of the pod in a network; the first one without a name. */
  address(network?: string, key: 'ip' | 'ip6' = 'ip'): string {
    const networks = JSON.parse(this.read('net-info.json')) as readonly Record<string, string>[];
    const found = networks.find(({ netName }) => network === undefined || netName === network);
    return found?.[key] ?? '';
  }
}
