import { deepEqual, equal, throws } from 'node:assert/strict';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import type { OciIndex } from '../../../src/embedded/oci/oci-manifest.ts';
import { parseManifest } from '../../../src/embedded/oci/oci-manifest.ts';
import { choosePlatform } from '../../../src/embedded/oci/oci-platform.ts';

const OCI = 'application/vnd.oci.image';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const LAYER = { mediaType: `${OCI}.layer.v1.tar+gzip`, digest: DIGEST, size: 3 };
const CONFIG = { mediaType: `${OCI}.config.v1+json`, digest: DIGEST, size: 2 };

function entry(os: string, architecture: string, variant?: string): object {
  return { ...CONFIG, mediaType: `${OCI}.manifest.v1+json`, platform: { os, architecture, variant } };
}

function index(...manifests: readonly object[]): OciIndex {
  const parsed = parseManifest(JSON.stringify({ schemaVersion: 2, manifests }), `${OCI}.index.v1+json`);
  if (parsed.kind !== 'index') throw new Error('no index');
  return parsed;
}

describe('manifest of an image', () => {
  it('is recognised by what it says, by the type it came with, or by its members', () => {
    const manifest = { schemaVersion: 2, config: CONFIG, layers: [LAYER] };
    const types = [`${OCI}.manifest.v1+json`, 'application/vnd.docker.distribution.manifest.v2+json'];
    for (const mediaType of types)
      equal(parseManifest(JSON.stringify({ ...manifest, mediaType })).kind, 'manifest');
    equal(parseManifest(JSON.stringify(manifest), `${types[0] ?? ''}; charset=utf-8`).kind, 'manifest');
    equal(parseManifest(JSON.stringify(manifest)).kind, 'manifest');
    equal(parseManifest(JSON.stringify({ schemaVersion: 2, manifests: [] })).kind, 'index');
  });

  it('takes every kind of file system layer', () => {
    const types = [
      ...[
        '.layer.v1.tar',
        '.layer.v1.tar+gzip',
        '.layer.v1.tar+zstd',
        '.layer.nondistributable.v1.tar+gzip',
      ].map((end) => `${OCI}${end}`),
      'application/vnd.docker.image.rootfs.diff.tar.gzip',
      'application/vnd.docker.image.rootfs.diff.tar',
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    ];
    const layers = types.map((mediaType) => ({ ...LAYER, mediaType }));
    const parsed = parseManifest(JSON.stringify({ schemaVersion: 2, config: CONFIG, layers }));
    deepEqual(parsed.kind === 'manifest' && parsed.layers.map(({ mediaType }) => mediaType), types);
  });

  const refused: readonly (readonly [string, object | string, RegExp])[] = [
    ['schema 1', { schemaVersion: 1, name: 'x', fsLayers: [] }, /schema 1/],
    [
      'schema 1 by type',
      { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      /schema 1/,
    ],
    ['no version', { config: CONFIG, layers: [] }, /schemaVersion/],
    ['no config', { schemaVersion: 2, layers: [] }, /manifest\.config/],
    [
      'a digest that is a path',
      { schemaVersion: 2, config: { ...CONFIG, digest: 'sha256:../../x' }, layers: [] },
      /manifest\.config\.digest/,
    ],
    [
      'a negative size',
      { schemaVersion: 2, config: { ...CONFIG, size: -1 }, layers: [] },
      /manifest\.config\.size/,
    ],
    [
      'an artifact',
      {
        schemaVersion: 2,
        config: CONFIG,
        layers: [{ ...LAYER, mediaType: 'application/vnd.cncf.helm.chart' }],
      },
      /no file system layer/,
    ],
    [
      'too many layers',
      { schemaVersion: 2, config: CONFIG, layers: Array.from({ length: 1001 }, () => LAYER) },
      /manifest\.layers/,
    ],
    ['a list', [], /manifest/],
    ['no JSON', '{', /no JSON/],
    ['a huge text', `{"x":"${'y'.repeat(5_000_000)}"}`, /more than 4\.0MiB/],
  ];
  for (const [name, document, message] of refused) {
    it(`refuses ${name}`, () => {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      throws(
        () => parseManifest(text),
        (error) => error instanceof RktFailure && message.test(error.message) && error.message.length < 500,
      );
    });
  }
});

describe('platform of an image', () => {
  it('is Linux on this processor', () => {
    const list = index(entry('windows', 'amd64'), entry('linux', 'arm64', 'v8'), entry('linux', 'amd64'));
    equal(choosePlatform(list, 'x64').platform?.architecture, 'amd64');
    equal(choosePlatform(list, 'arm64').platform?.architecture, 'arm64');
  });

  it('is the best variant that runs here', () => {
    const arms = index(entry('linux', 'arm', 'v5'), entry('linux', 'arm', 'v7'), entry('linux', 'arm', 'v8'));
    equal(choosePlatform(arms, 'arm').platform?.variant, 'v7');
    const x64 = index(entry('linux', 'amd64', 'v3'), entry('linux', 'amd64'));
    equal(choosePlatform(x64, 'x64').platform?.variant, undefined);
  });

  it('lists what there is when nothing fits', () => {
    const list = index(entry('linux', 'arm', 'v7'), entry('windows', 'amd64'), entry('unknown', 'unknown'));
    throws(() => choosePlatform(list, 'x64'), {
      message: 'the image has nothing for linux/amd64; it has linux/arm/v7, windows/amd64',
    });
    throws(() => choosePlatform(index(), 'x64'), /it has no image at all/);
  });

  it('is not asked of the only image of an index that does not say it', () => {
    const { platform: _none, ...plain } = entry('linux', 'amd64') as { platform: object };
    equal(choosePlatform(index(plain), 'x64').digest, DIGEST);
  });
});
