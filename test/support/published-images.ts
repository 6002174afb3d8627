import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { buildImage, rawTar, type RawMember } from './images.ts';
import type { WebSandbox } from './web-sandbox.ts';

const ARCH = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Hosts that the images of published jobs are on. */
export const PUBLISHED_HOSTS: readonly string[] = [
  ...['registry-1.docker.io', 'quay.io', 'coreos.com', 'luca.com', 'images.example.com'],
  ...['legeyda.com', 'jippi', 'redis', 'example.com'],
];

/** Ports of an ACI of {@link servePublishedImages}. */
const ACI_PORTS = [
  { name: 'http', port: 80, protocol: 'tcp' },
  { name: '3000-tcp', port: 3000, protocol: 'tcp' },
];
const REDIS_PORT = 6379;

/** What their apps do: nothing, or answer on every port of theirs with the image and the port. */
export type PublishedApps = 'wait' | 'answer';

/** What an app that answers says on a port. */
export function answerOf(image: string, port: number): string {
  return `${image} on ${port}`;
}

/**
 * Serves the images that published jobs name: ACIs with their signatures behind discovery, docker images as Docker Hub does.
 *
 * @param home of gpg, with the key that signs; its agent is the caller's to end
 */
export async function servePublishedImages(
  dir: string,
  web: WebSandbox,
  home: string,
  apps: PublishedApps = 'wait',
): Promise<void> {
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
          content: '#!/bin/sh\ncase "$1" in --version) echo etcd; exit;; esac\nexec /serve\n',
        },
        {
          path: 'serve',
          type: 'file',
          mode: 0o755,
          content: appScript(
            apps,
            name,
            ACI_PORTS.map(({ port }) => port),
          ),
        },
      ],
      manifest: {
        labels: Object.entries({ version, os: 'linux', arch: ARCH === 'arm64' ? 'aarch64' : ARCH }).map(
          ([label, value]) => ({ name: label, value }),
        ),
        app: { exec: ['/serve'], user: '0', group: '0', ports: ACI_PORTS, ...app },
      },
    });
  for (const [name, version] of [
    ['luca.com/categories-api', 'latest'],
    ['legeyda.com/anyorigin', 'latest'],
    ['jippi/hashi-ui', 'latest'],
    ['redis', '3.2'],
    ['quay.io/prometheus/node-exporter', 'latest'],
    ['coreos.com/etcd', 'v2.0.4'],
  ] as const) {
    const host = name.split('/')[0] ?? '';
    const file = await aci(name, name.endsWith('etcd') ? { exec: ['/etcd'] } : {}, version);
    const at = `${host}/images/${name.replaceAll('/', '-')}-${version}`;
    web.serve(`${at}.aci`, readFileSync(file));
    gpg('--armor', '--output', `${file}.asc`, '--detach-sign', file);
    web.serve(`${at}.aci.asc`, readFileSync(`${file}.asc`));
    const page =
      `<meta name="ac-discovery" content="${name} https://${host}/images/${name.replaceAll('/', '-')}-{version}.{ext}">` +
      `<meta name="ac-discovery-pubkeys" content="${name} https://coreos.com/keys.gpg">`;
    web.serve(`${host}/index.html`, page);
  }
  const plain = await aci('example.com/categories-api.test', {});
  web.serve('images.example.com/categories-api.test.aci', readFileSync(plain));
  for (const tag of ['3.2', 'latest', '3.2-alpine'])
    await serveDockerImage(web, 'library/redis', tag, redis(), [
      {
        name: 'usr/local/bin/docker-entrypoint.sh',
        content: appScript(apps, 'redis', [REDIS_PORT]),
        mode: 0o755,
      },
    ]);
  await serveDockerImage(web, 'library/busybox', '1.29.3', { Cmd: ['sh'] });
}

function appScript(apps: PublishedApps, image: string, ports: readonly number[]): string {
  if (apps === 'wait') return '#!/bin/sh\nexec sleep 100\n';
  const servers = ports.map((port) => `nc -ll -p ${port} -e echo "${answerOf(image, port)}" &\n`);
  return `#!/bin/sh\n${servers.join('')}wait\n`;
}

/** What the config of the image of redis says. */
function redis(): object {
  return {
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
    ExposedPorts: { [`${REDIS_PORT}/tcp`]: {} },
    Volumes: { '/data': {} },
    WorkingDir: '/data',
  };
}

/** Serves an image as Docker Hub does, with these files besides busybox. */
export async function serveDockerImage(
  web: WebSandbox,
  repository: string,
  tag: string,
  config: object,
  files: readonly RawMember[] = [],
): Promise<void> {
  const at = `registry-1.docker.io/v2/${repository}`;
  const plain = await rawTar([...rootfs(), ...files]);
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
  const programs = ['sh', 'sleep', 'echo', 'cat', 'true', 'nc', 'id', 'env', 'readlink'];
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
  ];
}
