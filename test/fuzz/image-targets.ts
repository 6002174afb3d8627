import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DEFAULT_LIMITS, type ImageLimits } from '../../src/embedded/aci/image-limits.ts';
import { EntryMeter } from '../../src/embedded/aci/meter.ts';
import { applyLayer } from '../../src/embedded/oci/apply-layer.ts';
import { archiveArgument } from '../../src/embedded/oci/archive-argument.ts';
import { dockerArchiveImage, layoutImage } from '../../src/embedded/oci/archive-image.ts';
import type { ArchiveFiles } from '../../src/embedded/oci/archive-files.ts';
import { filesOfTar } from '../../src/embedded/oci/archive-files.ts';
import { imageUser } from '../../src/embedded/oci/image-user.ts';
import { ImageTree } from '../../src/embedded/oci/image-tree.ts';
import { layerEntries } from '../../src/embedded/oci/layer-entries.ts';
import { LayerBudget, plainLayer } from '../../src/embedded/oci/layer-file.ts';
import { diffIdsOf, parseConfig } from '../../src/embedded/oci/oci-config.ts';
import { parseManifest } from '../../src/embedded/oci/oci-manifest.ts';
import { choosePlatform } from '../../src/embedded/oci/oci-platform.ts';
import { toImageManifest } from '../../src/embedded/oci/to-aci-manifest.ts';
import { parseImageManifest } from '../../src/embedded/manifest/aci-manifest.ts';
import { parseChallenge } from '../../src/embedded/registry/challenge.ts';
import { parseReference, urlOf } from '../../src/embedded/registry/reference.ts';
import { retryAfterMs } from '../../src/embedded/registry/retry.ts';
import { redirectTarget } from '../../src/embedded/http/redirect-target.ts';
import { architecture, paxLine, sha256, tarOf, type TarLine } from '../support/oci-images.ts';
import { isFailure, never, textTarget, type FuzzTarget } from './target.ts';

let directory: string | undefined;

/** A path in a directory that goes with the process. */
function placeOf(name: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'rkt-streams-fuzz-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return join(directory, name);
}

const LIMITS: ImageLimits = {
  ...DEFAULT_LIMITS,
  unpackedBytes: 16 * 1024 * 1024,
  downloadBytes: 16 * 1024 * 1024,
};

const LINES: readonly TarLine[] = [
  { name: 'bin/', flag: '5' },
  { name: 'bin/sh', content: 'shell', mode: 0o4755 },
  { name: 'bin/ash', flag: '1', link: 'bin/sh' },
  { name: 'link', flag: '2', link: '../bin' },
  { name: 'link/through', content: 'x' },
  { name: 'etc/.wh.gone' },
  { name: 'var/.wh..wh..opq' },
  { name: 'dev/null', flag: '3', device: [1, 3] },
  paxLine({ path: 'ő'.repeat(90), 'SCHILY.xattr.user.a': 'b', mtime: '1.5' }),
  { name: 'f', content: 'long name' },
  paxLine({ 'GNU.sparse.map': '5,3', 'GNU.sparse.size': '20' }),
  { name: 'holes', content: 'abc' },
];

function layIn(input: Buffer): void {
  const file = placeOf('layer.tar');
  writeFileSync(file, input);
  const fd = openSync(file, 'r');
  try {
    const tree = new ImageTree();
    applyLayer(tree, 0, layerEntries(fd, fstatSync(fd).size, new EntryMeter(LIMITS)));
    tree.contentBytes();
  } finally {
    closeSync(fd);
  }
}

async function unpack(input: Buffer): Promise<void> {
  const [file, plain] = [placeOf('layer'), placeOf('plain')];
  writeFileSync(file, input);
  try {
    await plainLayer(file, input.length, { target: plain, limits: LIMITS, budget: new LayerBudget(LIMITS) });
  } finally {
    rmSync(plain, { force: true });
  }
}

const config = {
  architecture,
  os: 'linux',
  created: '2020-01-01T00:00:00Z',
  config: {
    User: 'app:staff',
    Env: ['PATH=/bin', 'A=b=c', 'no'],
    Entrypoint: ['/bin/app'],
    Cmd: ['run'],
    WorkingDir: 'work',
    Volumes: { '/data': {}, '/data/': {} },
    ExposedPorts: { '80/tcp': {}, '90-91/udp': {} },
  },
  rootfs: { type: 'layers', diff_ids: [sha256('x')] },
};

/** What comes out must be a manifest that rkt takes. */
function convertConfig(text: string): void {
  const parsed = parseConfig(text);
  diffIdsOf(parsed, 1);
  const image = { configDigest: sha256('c'), configText: text, layers: [] };
  const origin = { name: 'example.com/app', originalName: 'app', registryUrl: '', repository: 'app' };
  const accounts = { passwd: 'app:x:7:8::/:\n', group: 'staff:x:9:app\n' };
  const user = imageUser(parsed.config?.User ?? '', accounts);
  parseImageManifest(JSON.stringify(toImageManifest(image, parsed, { origin, user, warn: () => undefined })));
}

const OCI = 'application/vnd.oci.image';
const descriptor = (type: string): object => ({ mediaType: `${OCI}.${type}`, digest: sha256(type), size: 3 });
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: `${OCI}.manifest.v1+json`,
  config: descriptor('config.v1+json'),
  layers: [descriptor('layer.v1.tar+gzip'), descriptor('layer.v1.tar+zstd')],
});
const platform = { os: 'linux', architecture, variant: 'v8' };
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [{ ...descriptor('manifest.v1+json'), platform, annotations: { a: 'b' } }],
});

function readManifest(text: string): void {
  const parsed = parseManifest(text, `${OCI}.manifest.v1+json; charset=utf-8`);
  if (parsed.kind === 'index') choosePlatform(parsed);
}

/** The files of an archive in a tar, as both kinds. */
function readArchive(input: Buffer): void {
  const file = placeOf('archive.tar');
  writeFileSync(file, input);
  const files: ArchiveFiles = filesOfTar(file, LIMITS);
  const dir = mkdtempSync(placeOf('layers-'));
  const order = { files, fallbackName: 'archive', dir, limits: LIMITS };
  try {
    if (files.open('index.json') === undefined) dockerArchiveImage(order);
    else layoutImage(order);
  } finally {
    files.close();
    rmSync(dir, { recursive: true });
  }
}

const CONFIG_NAME = `${sha256('c').slice(7)}.json`;
const dockerArchive = tarOf([
  { name: CONFIG_NAME, content: JSON.stringify(config) },
  { name: 'layer/layer.tar', content: tarOf(LINES.slice(0, 2)) },
  { name: 'same/layer.tar', flag: '2', link: '../layer/layer.tar' },
  {
    name: 'manifest.json',
    content: JSON.stringify([
      { Config: CONFIG_NAME, RepoTags: ['app:1'], Layers: ['layer/layer.tar', 'same/layer.tar'] },
    ]),
  },
]);

/** A reference that was taken apart is the same when it is put together and taken apart again. */
function readReference(text: string): void {
  const url = urlOf(parseReference(text));
  if (urlOf(parseReference(url)) !== url) throw new Error(`${text} is ${url}, which is another`);
}

/** What a registry, or the caller that makes an image, sends. */
export const imageTargets: readonly FuzzTarget[] = [
  { name: 'a layer', corpus: () => [tarOf(LINES)], parse: layIn, isDocumented: isFailure },
  {
    name: 'a compressed layer',
    corpus: () => [gzipSync(tarOf(LINES)), gzipSync(Buffer.alloc(1 << 20))],
    parse: unpack,
    isDocumented: isFailure,
  },
  {
    name: 'an archive of images',
    corpus: () => [dockerArchive],
    parse: readArchive,
    isDocumented: isFailure,
  },
  textTarget('the manifest of a registry', [manifest, index], readManifest, isFailure),
  textTarget('the config of an image', [JSON.stringify(config)], convertConfig, isFailure),
  textTarget(
    'a challenge of a registry',
    ['Bearer realm="https://auth.example/token",service="a b",scope="repository:x:pull",Basic realm="\\"x"'],
    parseChallenge,
    never,
  ),
  textTarget('a time to wait', ['120', 'Fri, 27 Nov 2026 10:00:00 GMT'], retryAfterMs, never),
  textTarget(
    'a redirect',
    ['https://b.example/x?y#z', '/relative', 'http://[::1]:80/'],
    (text) => redirectTarget(text, 'https://a.example/'),
    (error) => error instanceof Error && error.message.startsWith('refused a redirect to '),
  ),
  textTarget(
    'the reference of a docker image',
    ['docker://localhost:5000/team/app:1.2', `docker://app@${sha256('x')}`, 'docker://[::1]:80/a/b'],
    readReference,
    isFailure,
  ),
  textTarget(
    'an archive as an argument',
    ['oci:/srv/layout:ref', 'docker-archive:a.tar:app:1', './app.tar', 'file:///srv/app.tar'],
    (text) => archiveArgument({ cwd: '/nowhere' }, text),
    isFailure,
  ),
];
