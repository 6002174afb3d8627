import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { expect } from 'chai';

import { isRktError, type Driver, type TaskSpecInput } from '../../src/index.ts';
import { temporaryDir } from '../support/embedded-rkt.ts';
import { buildImage, rawTar, type RawMember } from '../support/images.ts';
import { requires } from '../support/requirements.ts';
import { openRoom, type Room } from '../support/room.ts';
import { openWebRoom, type WebRoom } from '../support/web-room.ts';

/** A job as somebody has published it, without its job file. */
interface PublishedJob {
  /** Where it was found. */
  readonly source: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly networks: readonly unknown[];
  readonly mounts?: readonly Readonly<Record<string, unknown>>[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  /** `starts`, or the code of the error that it gets as it is. */
  readonly outcome: string;
  /** The same for the job in the network of the host; `starts` when absent. */
  readonly inHostNetwork?: string;
}

const JOBS = JSON.parse(
  readFileSync(new URL('../fixtures/published-jobs.json', import.meta.url), 'utf8'),
) as readonly PublishedJob[];
const RKT = fileURLToPath(new URL('../../dist/embedded/rkt.sh', import.meta.url));
/** What keeps a job from its pod here, and has nothing to do with its image. */
const NO_NETWORK = ['RKT_ERR_NETWORK', 'RKT_ERR_ISOLATION'];
const ARCH = process.arch === 'arm64' ? 'arm64' : 'amd64';

describe('job configurations that people have published', function () {
  this.timeout(120_000);
  let opened: Room | undefined;
  let room: Room;
  let web: WebRoom | undefined;
  let driver: Driver;
  let home: string | undefined;
  let dir: ReturnType<typeof temporaryDir> | undefined;

  before(async function () {
    requires(this, 'busybox', 'gpg', 'openssl', 'ip');
    opened = await openRoom(this);
    room = opened;
    const hosts = [
      ...['registry-1.docker.io', 'quay.io', 'coreos.com', 'luca.com', 'images.example.com'],
      ...['legeyda.com', 'jippi', 'redis', 'example.com'],
    ];
    dir = temporaryDir();
    web = await openWebRoom(dir.path, hosts);
    home = join(dir.path, 'gnupg');
    await serveImages(dir.path, web, home);
    driver = room.driver({ rkt: rktInWeb(room, web) });
  });
  after(async () => {
    try {
      await opened?.close();
    } finally {
      await web?.close();
    }
    if (home !== undefined)
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' });
    dir?.remove();
  });

  for (const [index, job] of JOBS.entries()) {
    it(`${job.outcome === 'starts' ? 'starts' : `fails with ${job.outcome}`}: ${job.source}`, async () => {
      const id = `job-${index}`;
      const outcome = await start(driver, taskOf(room, id, job, job.config));
      expect(outcome).to.equal(job.outcome);
      if (!NO_NETWORK.includes(job.outcome)) return;
      // its image is no reason
      const { port_map: _, ...rest } = job.config;
      expect(await start(driver, taskOf(room, `${id}-host`, job, { ...rest, net: ['host'] }))).to.equal(
        job.inHostNetwork ?? 'starts',
      );
    });
  }
});

/** Starts a task and destroys it. Returns `starts`, or the code of the error. */
async function start(driver: Driver, task: TaskSpecInput): Promise<string> {
  try {
    await driver.startTask(task);
  } catch (error) {
    if (isRktError(error)) return error.code;
    throw error;
  }
  await driver.destroyTask(task.id, { force: true });
  return 'starts';
}

function taskOf(room: Room, id: string, job: PublishedJob, config: object): TaskSpecInput {
  const volume = join(room.base, 'volume');
  mkdirSync(volume, { recursive: true });
  const mounts = job.mounts?.map((mount) => ({ ...mount, hostPath: volume }));
  return {
    id,
    config: config as TaskSpecInput['config'],
    resources: { networks: job.networks, ...(mounts && { mounts }) } as TaskSpecInput['resources'],
    ...(job.env && { env: job.env }),
    ...(job.user && { user: job.user }),
  };
}

/** The embedded rkt; what fetches images does it in the network of the web servers. */
function rktInWeb(room: Room, web: WebRoom): string {
  const path = join(room.base, 'rkt-in-web');
  const text = `#!/bin/sh
export SSL_CERT_FILE=${web.authority}
for word do
  case $word in
    prepare | trust) exec ${web.enter.join(' ')} sh ${RKT} --local-config=${room.base}/etc "$@" ;;
    version | run-prepared | status | enter | stop | rm | gc | list | cat-manifest | image) break ;;
  esac
done
exec sh ${RKT} --local-config=${room.base}/etc "$@"
`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

async function serveImages(dir: string, web: WebRoom, home: string): Promise<void> {
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', ['--batch', '--homedir', home, '--passphrase', '', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  gpg('--quick-generate-key', 'Example Signer <signer@example.com>', 'ed25519', 'sign', 'never');
  web.serve('coreos.com/keys.gpg', gpg('--armor', '--export'));
  const aci = async (name: string, app: object, version = 'latest'): Promise<string> =>
    buildImage(join(dir, 'published', name.replaceAll('/', '-')), {
      name,
      files: [
        {
          path: 'etcd',
          type: 'file',
          mode: 0o755,
          content: '#!/bin/sh\ncase "$1" in --version) echo etcd; exit;; esac\nexec sleep 100\n',
        },
      ],
      manifest: {
        labels: Object.entries({ version, os: 'linux', arch: ARCH === 'arm64' ? 'aarch64' : ARCH }).map(
          ([label, value]) => ({ name: label, value }),
        ),
        app: { exec: ['/bin/sleep', '100'], user: '0', group: '0', ...app },
      },
    });
  const ports = [
    { name: 'http', port: 80, protocol: 'tcp' },
    { name: '3000-tcp', port: 3000, protocol: 'tcp' },
  ];
  for (const [name, version] of [
    ['luca.com/categories-api', 'latest'],
    ['legeyda.com/anyorigin', 'latest'],
    ['jippi/hashi-ui', 'latest'],
    ['redis', '3.2'],
    ['quay.io/prometheus/node-exporter', 'latest'],
    ['coreos.com/etcd', 'v2.0.4'],
  ] as const) {
    const host = name.split('/')[0] ?? '';
    const file = await aci(
      name,
      { ports, exec: name.endsWith('etcd') ? ['/etcd'] : ['/bin/sleep', '100'] },
      version,
    );
    const at = `${host}/images/${name.replaceAll('/', '-')}-${version}`;
    web.serve(`${at}.aci`, readFileSync(file));
    gpg('--armor', '--output', `${file}.asc`, '--detach-sign', file);
    web.serve(`${at}.aci.asc`, readFileSync(`${file}.asc`));
    const page =
      `<meta name="ac-discovery" content="${name} https://${host}/images/${name.replaceAll('/', '-')}-{version}.{ext}">` +
      `<meta name="ac-discovery-pubkeys" content="${name} https://coreos.com/keys.gpg">`;
    web.serve(`${host}/index.html`, page);
  }
  const plain = await aci('example.com/categories-api.test', { ports });
  web.serve('images.example.com/categories-api.test.aci', readFileSync(plain));
  for (const tag of ['3.2', 'latest', '3.2-alpine']) await serveDocker(web, 'library/redis', tag, redis());
  await serveDocker(web, 'library/busybox', '1.29.3', { Cmd: ['sh'] });
}

/** What the config of the image of redis says. */
function redis(): object {
  return {
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
    WorkingDir: '/data',
  };
}

/** Serves an image as Docker Hub does. */
async function serveDocker(web: WebRoom, repository: string, tag: string, config: object): Promise<void> {
  const at = `registry-1.docker.io/v2/${repository}`;
  const plain = await rawTar(rootfs());
  const layer = gzipSync(plain, { level: 1 });
  const about = {
    architecture: ARCH,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [digestOf(plain)] },
  };
  const configBlob = Buffer.from(JSON.stringify(about));
  const vendor = 'application/vnd.docker';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${vendor}.distribution.manifest.v2+json`,
    config: {
      mediaType: `${vendor}.container.image.v1+json`,
      size: configBlob.length,
      digest: digestOf(configBlob),
    },
    layers: [
      {
        mediaType: `${vendor}.image.rootfs.diff.tar.gzip`,
        size: layer.length,
        digest: digestOf(layer),
      },
    ],
  });
  for (const blob of [layer, configBlob]) web.serve(`${at}/blobs/${digestOf(blob)}`, blob);
  web.serve(`${at}/manifests/${tag}`, manifest, {
    headers: { 'content-type': `${vendor}.distribution.manifest.v2+json` },
  });
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function rootfs(): readonly RawMember[] {
  const programs = ['sh', 'sleep', 'echo', 'cat', 'true'];
  const dir = (name: string, more: Partial<RawMember> = {}): RawMember => ({
    name,
    type: 'directory',
    mode: 0o755,
    ...more,
  });
  const file = (name: string, content: string | Buffer, mode = 0o644): RawMember => ({ name, content, mode });
  return [
    ...['bin/', 'etc/', 'dev/', 'proc/', 'sys/', 'tmp/', 'usr/', 'usr/local/', 'usr/local/bin/'].map((name) =>
      dir(name),
    ),
    dir('data/', { uid: 999, gid: 999 }),
    file('bin/busybox', readFileSync('/bin/busybox'), 0o755),
    ...programs.map((name): RawMember => ({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' })),
    file('etc/passwd', 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    file('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    file('usr/local/bin/docker-entrypoint.sh', '#!/bin/sh\nexec sleep 100\n', 0o755),
  ];
}
