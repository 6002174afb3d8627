import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { imageFailureCode } from '../../../src/rkt/network-trouble.ts';
import type { RktResult } from '../../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../../support/embedded-rkt.ts';
import { buildImage } from '../../support/images.ts';
import { TestRegistry, type PutImage } from '../../support/registry.ts';

describe('the image policy', () => {
  let registry: TestRegistry;
  let dir: ReturnType<typeof temporaryDir>;
  let put: PutImage;
  before(async () => (registry = await new TestRegistry().listen()));
  after(() => registry.close());
  beforeEach(async () => {
    registry.reset();
    dir = temporaryDir();
    put = await registry.put('team/app', { tag: '1.2' });
  });
  afterEach(() => dir.remove());

  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([
      `--dir=${dir.path}/data`,
      `--local-config=${dir.path}/etc`,
      `--system-config=${dir.path}/usr`,
      '--insecure-options=all',
      ...argv,
    ]);
  const file = (place = 'etc', name = 'images'): string => join(dir.path, place, `policy.d/${name}.json`);
  const policy = (entry: object | string, place?: string, name?: string): void => {
    mkdirSync(join(file(place, name), '..'), { recursive: true });
    const text =
      typeof entry === 'string'
        ? entry
        : JSON.stringify({ rktKind: 'imagePolicy', rktVersion: 'v1', ...entry });
    writeFileSync(file(place, name), text);
  };
  const image = (version = ':1.2'): string => `docker://${registry.host}/team/app${version}`;
  const aci = (): Promise<string> => buildImage(dir.path, { name: 'example.com/app', bare: true, files: [] });

  /** Rules by what they say of the image; `$` is put in for what only the run knows. */
  const rules: readonly (readonly [string, () => object, boolean])[] = [
    ['its registry', () => ({ registry: registry.host }), true],
    ['another registry', () => ({ registry: 'docker.io' }), false],
    ['its registry and repository', () => ({ registry: 'localhost:*', repository: 'team/*' }), true],
    ['another repository', () => ({ registry: registry.host, repository: 'other/*' }), false],
    ['its name', () => ({ name: `localhost_${registry.port}/*` }), true],
    ['a name that only begins so', () => ({ name: `localhost_${registry.port}/team` }), false],
    ['its digest', () => ({ digest: put.manifestDigest }), true],
    ['another digest', () => ({ digest: put.configDigest }), false],
    ['its digest in another registry', () => ({ digest: put.manifestDigest, registry: 'quay.io' }), false],
  ];
  for (const [what, rule, isMatch] of rules) {
    it(`${isMatch ? 'allows' : 'refuses'} an image with "allow" of ${what}`, async () => {
      policy({ allow: [rule()] });
      const { exitCode, stderr } = await rkt('fetch', image());
      expect(exitCode, stderr).to.equal(isMatch ? 0 : 254);
      if (isMatch) return;
      expect(stderr).to.match(/^fetch: docker:\/\/\S+ is refused by the image policy /);
      expect(stderr).to.include(`${file()}: no entry of its "allow" matches; use an image that is allowed`);
      expect(imageFailureCode(stderr)).to.equal('RKT_ERR_IMAGE_POLICY');
    });

    it(`${isMatch ? 'refuses' : 'allows'} an image with "deny" of ${what}`, async () => {
      policy({ deny: [rule()] });
      const { exitCode, stderr } = await rkt('fetch', image());
      expect(exitCode, stderr).to.equal(isMatch ? 254 : 0);
      if (isMatch) expect(stderr).to.include(`${file()}: its deny.0 matches`);
    });
  }

  it('asks no registry for an image that cannot be allowed, and for no layer of one by its digest', async () => {
    policy({ allow: [{ registry: 'docker.io' }] });
    await rkt('fetch', image());
    expect(registry.seen).to.deep.equal([]);
    policy({ allow: [{ digest: put.configDigest }] });
    await rkt('fetch', image());
    expect(registry.seen.filter(({ url }) => url.includes('/blobs/'))).to.deep.equal([]);
    expect(existsSync(join(dir.path, 'data/cas/blob/sha512'))).to.equal(false);
  });

  it('holds again for what the store has, by hash, name, reference and in a pod manifest', async () => {
    const id = (await rkt('fetch', '--full', image())).stdout.trim();
    policy({ allow: [{ registry: 'docker.io' }] });
    const manifest = join(dir.path, 'pod.json');
    writeFileSync(
      manifest,
      JSON.stringify({
        ...{ acKind: 'PodManifest', acVersion: '0.8.11', volumes: null, isolators: null, annotations: null },
        apps: [{ name: 'app', image: { id } }],
        ports: null,
      }),
    );
    const name = `localhost_${registry.port}/team/app`;
    for (const args of [[id], [name], [image()], ['--pod-manifest', manifest]]) {
      const { exitCode, stderr } = await rkt('prepare', '--pull-policy=never', ...args);
      expect([exitCode, / is refused by the image policy /.test(stderr)], stderr).to.deep.equal([254, true]);
    }
  });

  it('takes the registry from where an image came from, not from what it says of itself', async () => {
    const annotations = [{ name: 'appc.io/docker/registryurl', value: registry.host }];
    const spec = {
      name: `localhost_${registry.port}/team/app`,
      bare: true,
      files: [],
      manifest: { annotations },
    };
    const forged = await buildImage(dir.path, spec);
    policy({ allow: [{ registry: registry.host }] });
    expect((await rkt('fetch', forged)).exitCode).to.equal(254);
    expect((await rkt('fetch', image())).exitCode).to.equal(0);
  });

  it('allows an ACI by its name or its id, wherever the file is', async () => {
    const path = await aci();
    const id = (await rkt('fetch', '--full', path)).stdout.trim();
    const expected = [
      [{ id }, 0],
      [{ name: 'example.com/*' }, 0],
      [{ id: `sha512-${'0'.repeat(64)}` }, 254],
      [{ name: 'example.org/*' }, 254],
    ] as const;
    for (const [rule, exitCode] of expected) {
      policy({ allow: [rule] });
      expect((await rkt('fetch', path)).exitCode, JSON.stringify(rule)).to.equal(exitCode);
    }
  });

  it('has to be fulfilled in every file: one can only narrow what another allows', async () => {
    policy({ allow: [{ registry: '*' }] }, 'usr', 'all');
    expect((await rkt('fetch', image())).exitCode).to.equal(0);
    policy({ allow: [] }, 'etc', 'nothing');
    const { stderr } = await rkt('fetch', image());
    expect(stderr).to.include(file('etc', 'nothing'));
  });

  it('refuses a dependency that may not be fetched', async () => {
    const files = [{ path: 'x', type: 'file' as const, content: 'x' }];
    const manifest = { dependencies: [{ imageName: 'example.org/base' }] };
    const path = await buildImage(dir.path, { name: 'example.com/app', bare: true, files, manifest });
    policy({ allow: [{ name: 'example.com/*' }] });
    expect((await rkt('fetch', path)).stderr).to.match(/example\.org\/base is refused by the image policy/);
  });

  const broken: readonly (readonly [string, object | string, RegExp])[] = [
    ['another kind', { rktKind: 'policy' }, /: rktKind: /],
    ['an unknown member', { allows: [] }, /: .*allows/],
    ['an unknown key of a rule', { allow: [{ registy: 'x' }] }, /: allow\.0: .*registy/],
    [
      'an empty rule',
      { deny: [{ name: 'x' }, {}] },
      /: deny\.1: expected one of registry, name, digest and id/,
    ],
    [
      'a repository alone',
      { allow: [{ repository: 'x' }] },
      /: allow\.0\.repository: needs a registry beside it/,
    ],
    [
      'a short digest',
      { allow: [{ digest: 'sha256:12' }] },
      /: allow\.0\.digest: expected sha256: with 64 digits/,
    ],
    ['broken JSON', '{\n"rktKind": "imagePolicy",\n}', /, line 3: invalid character/],
  ];
  for (const [what, entry, message] of broken)
    it(`lets nothing run with ${what}`, async () => {
      policy(entry);
      const { exitCode, stderr } = await rkt('fetch', image());
      expect(exitCode).to.equal(254);
      expect(stderr).to.include(`cannot read the image policy: ${file()}`).and.to.match(message);
      expect(imageFailureCode(stderr)).to.equal('RKT_ERR_IMAGE_POLICY');
      expect(registry.seen).to.deep.equal([]);
    });
});
