import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

import { packDockerArchive } from '../src/embedded/aci/docker-archive.ts';
import type { RootfsFile } from '../src/embedded/aci/rootfs-file.ts';
import { MIB } from '../src/model/units.ts';
import { closedOnInterrupt } from './support/interrupt.ts';
import { median, summary, type Benchmark } from './support/benchmark.ts';
import { ratio } from './support/contenders.ts';

const RKT = fileURLToPath(new URL('../dist/embedded/rkt.sh', import.meta.url));
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' };
const FILE_BYTES = 256 * 1024;
/** The number of getrusage(2), by Node's words for processors. */
const GETRUSAGE: Readonly<Record<string, number>> = { x64: 98, arm64: 165 };
/** Writes the KiB of memory that the largest process of a command had at most into a file. */
const PEAK = `
my ($out, $getrusage) = splice @ARGV, 0, 2;
my $failed = system @ARGV;
my $usage = "\\0" x 144;
syscall $getrusage, -1, $usage;
open my $file, '>', $out or die;
print $file (unpack 'q*', $usage)[4];
exit($failed ? 1 : 0);`;

/** How long a command took, and the most memory that it had. */
interface Cost {
  readonly seconds: number;
  readonly peakMib: number;
}

interface Registry {
  readonly child: ChildProcess;
  readonly host: string;
}

export const imagePull: Benchmark = {
  name: 'image-pull',
  asks: 'What does it cost to pull an image and lay it out, against skopeo copy and umoci unpack of the same image?',
  async run({ quick }) {
    const mib = quick ? 20 : 500;
    const base = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-'));
    let registry: Registry | undefined;
    const end = closedOnInterrupt(async () => {
      registry?.child.kill();
      await rm(base, { recursive: true, force: true });
    });
    try {
      registry = await startRegistry(base);
      pushImage(base, registry.host, mib);
      const [ours, theirs]: [Cost[], Cost[]] = [[], []];
      for (let round = 0; round < (quick ? 2 : 5); round += 1) {
        theirs.push(byOthers(base, registry.host));
        ours.push(byRkt(base, registry.host));
      }
      const seconds = (costs: readonly Cost[]): readonly number[] => costs.map((cost) => cost.seconds);
      return [
        { what: `skopeo copy, umoci unpack: ${mib} MiB`, ...summary(seconds(theirs)), unit: 's' },
        {
          what: `rkt fetch: ${mib} MiB`,
          ...summary(seconds(ours)),
          unit: 's',
          ratio: ratio(seconds(ours), seconds(theirs)),
          ratioTo: 'skopeo + umoci',
          threshold: { atMost: 1 },
        },
        {
          what: `rkt fetch: most memory`,
          ...summary(ours.map(({ peakMib }) => peakMib)),
          unit: 'MiB',
          threshold: { atMost: 150 },
        },
        {
          what: 'umoci unpack: most memory',
          median: median(theirs.map(({ peakMib }) => peakMib)),
          unit: 'MiB',
        },
      ];
    } finally {
      await end();
    }
  },
};

/** Debian's registry on a free port. */
async function startRegistry(base: string): Promise<Registry> {
  const program = process.env['RKT_STREAMS_TEST_REGISTRY'] ?? 'docker-registry';
  const host = `localhost:${await freePort()}`;
  const config = join(base, 'registry.yml');
  const storage = `{filesystem: {rootdirectory: ${base}/registry}}`;
  writeFileSync(
    config,
    `{version: 0.1, log: {level: error}, storage: ${storage}, http: {addr: '${host}'}}\n`,
  );
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${program} has ended`)));
  failed.catch(() => undefined);
  const answers = async (): Promise<boolean> =>
    fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await Promise.race([answers(), failed]))) await delay(20);
  return { child, host };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** An image of files of which one half is noise, so that it compresses to about half, in four layers. */
function pushImage(base: string, host: string, mib: number): void {
  const files = Array.from({ length: (mib * MIB) / FILE_BYTES }, (_, i): RootfsFile => {
    const source = join(base, 'files', String(i));
    mkdirSync(join(base, 'files'), { recursive: true });
    writeFileSync(source, content(i));
    return { path: `files/${i % 100}/${i}`, type: 'file', source };
  });
  const layers = [0, 1, 2, 3].map((n) => files.filter((_, i) => i % 4 === n));
  const archives = layers.map((layer, n) => {
    const out = join(base, `layer-${n}.tar`);
    const architecture = ARCHITECTURES[process.arch] ?? process.arch;
    packDockerArchive({ files: layer, tag: `layer:${n}`, run: {}, architecture, out });
    return out;
  });
  joinLayers(base, archives);
  rmSync(join(base, 'files'), { recursive: true });
  const to = ['--dest-tls-verify=false', `docker://${host}/app:1`];
  execFileSync('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${base}/layout:1`, ...to]);
}

/** One image of the layers of several, as an OCI layout that skopeo compresses. */
function joinLayers(base: string, archives: readonly string[]): void {
  const umoci = (...args: readonly string[]): void => {
    execFileSync('umoci', args, { stdio: 'ignore' });
  };
  const image = `${base}/layout:1`;
  umoci('init', '--layout', `${base}/layout`);
  umoci('new', '--image', image);
  for (const archive of archives) {
    const dir = `${archive}.d`;
    mkdirSync(dir);
    execFileSync('tar', ['-xf', archive, '-C', dir]);
    const [found = ''] = execFileSync('find', [dir, '-name', 'layer.tar'], { encoding: 'utf8' }).split('\n');
    umoci('raw', 'add-layer', '--image', image, found);
    rmSync(dir, { recursive: true });
    rmSync(archive);
  }
}

/** Half text and half noise, the same for the same number. */
function content(n: number): Buffer {
  const key = createHash('sha256').update(String(n)).digest();
  const noise = createCipheriv('aes-256-ctr', key, key.subarray(0, 16)).update(Buffer.alloc(FILE_BYTES / 2));
  const line = `file ${n}: the same line again and again, as texts and programs have it\n`;
  return Buffer.concat([noise, Buffer.alloc(FILE_BYTES / 2, line)]);
}

function byOthers(base: string, host: string): Cost {
  const out = join(base, 'others');
  const copy = [
    ...['skopeo', '--insecure-policy', 'copy', '-q', '--src-tls-verify=false'],
    ...[`docker://${host}/app:1`, `oci:${out}/layout:1`],
  ];
  mkdirSync(out);
  const pulled = measured(base, copy);
  const unpacked = measured(base, ['umoci', 'unpack', '--image', `${out}/layout:1`, `${out}/bundle`]);
  rmSync(out, { recursive: true });
  return { seconds: pulled.seconds + unpacked.seconds, peakMib: unpacked.peakMib };
}

function byRkt(base: string, host: string): Cost {
  const out = join(base, 'ours');
  const image = `docker://${host}/app:1`;
  const cost = measured(base, ['sh', RKT, `--dir=${out}`, '--insecure-options=image', 'fetch', image]);
  rmSync(out, { recursive: true });
  return cost;
}

/** Runs a command. */
function measured(base: string, command: readonly string[]): Cost {
  const report = join(base, 'peak');
  const began = performance.now();
  execFileSync('perl', ['-e', PEAK, report, String(GETRUSAGE[process.arch]), ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, peakMib: Number(readFileSync(report, 'utf8')) / 1_024 };
}
