import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { ERROR_CATALOGUE, isRktError, type Driver, type RktError } from '../../src/index.ts';
import { HOSTILE_LAYERS } from '../support/hostile-layers.ts';
import { HOSTILE_APP, hostileRegistry } from '../support/hostile-registry.ts';
import { writeBlobs } from '../support/oci-images.ts';
import { OCI_MANIFEST, TestRegistry } from '../support/registry.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const RKT = fileURLToPath(new URL('../../dist/embedded/rkt.sh', import.meta.url));
const LIMIT = 'RKT_ERR_IMAGE_LIMIT';
const ROWS = Object.entries(HOSTILE_LAYERS);
const PARALLEL = 6;

/** Only to list what there is: each attempt has a registry of its own. */
const listed = new TestRegistry();
const registryRows = hostileRegistry(listed, await listed.put('app', HOSTILE_APP));

/** A start that has to fail. */
interface Attempt {
  readonly title: string;
  readonly image: string;
  readonly limits?: string;
}

describe('images that attack, in tasks', function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  const registries: TestRegistry[] = [];
  const failures = new Map<string, RktError | string>();
  const honest = new Set<string>();

  before(async function () {
    requires(this, 'zstd');
    sandbox = await openSandbox(this);
    const attempts = [...(await layerAttempts()), ...(await registryAttempts())];
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (let next = attempts.shift(); next !== undefined; next = attempts.shift())
          failures.set(next.title, await failureOf(next, `task-${attempts.length}`));
      }),
    );
  });
  after(async () => {
    for (const registry of registries) await registry.close();
    await sandbox.close();
  });

  const opened = async (registry: TestRegistry): Promise<TestRegistry> => {
    registries.push(registry);
    return registry.listen();
  };

  /** All in one registry, each an image of its own. */
  async function layerAttempts(): Promise<readonly Attempt[]> {
    const registry = await opened(new TestRegistry());
    return ROWS.map(([title, { layers, limits }], index) => {
      const dir = join(sandbox.base, `image-${index}`);
      const image = writeBlobs(dir, { layers });
      for (const { file } of image.layers) registry.putBlob(readFileSync(file));
      registry.putBlob(Buffer.from(image.configText));
      registry.putManifest(`image-${index}`, image.manifest, OCI_MANIFEST, 'latest');
      const name = `docker://${registry.host}/image-${index}`;
      return { title, image: name, ...(limits === undefined ? {} : { limits }) };
    });
  }

  /** A registry for each. */
  async function registryAttempts(): Promise<readonly Attempt[]> {
    const attempts: Attempt[] = [];
    for (const index of registryRows.keys()) {
      const registry = await opened(new TestRegistry());
      const image = await registry.put('app', HOSTILE_APP);
      for (const digest of image.layerDigests) honest.add(digest.replace(':', '-'));
      const [title, intercept, , name = 'app'] = hostileRegistry(registry, image)[index] ?? [
        '',
        () => false,
        '',
      ];
      registry.intercepts.push(intercept);
      attempts.push({ title: `a registry that ${title}`, image: `docker://${registry.host}/${name}` });
    }
    return attempts;
  }

  const drivers = new Map<string, Driver>();
  /** A driver whose rkt has these limits of images. */
  const driverWith = (limits: string): Driver => {
    const known = drivers.get(limits);
    if (known !== undefined) return known;
    const rkt = join(sandbox.base, `rkt-${drivers.size}`);
    writeFileSync(rkt, `#!/bin/sh\nRKT_STREAMS_IMAGE_LIMITS='${limits}' exec sh ${RKT} "$@"\n`, {
      mode: 0o755,
    });
    const driver = sandbox.driver({ rkt });
    drivers.set(limits, driver);
    return driver;
  };

  const failureOf = async ({ image, limits = '' }: Attempt, id: string): Promise<RktError | string> => {
    try {
      const driver = driverWith(limits);
      await driver.startTask({ id, config: { image, command: '/bin/true', net: ['host'] } });
      await driver.destroyTask(id, { force: true });
      return 'it was started';
    } catch (error) {
      return isRktError(error) ? error : String(error);
    }
  };

  const refused = (title: string, code: string, words: RegExp | string): void => {
    const failure = failures.get(title);
    if (!isRktError(failure)) throw new Error(`${title}: ${failure ?? 'was not tried'}`);
    expect(Object.keys(ERROR_CATALOGUE)).to.include(failure.code);
    expect(failure.code, failure.message).to.equal(code);
    if (typeof words === 'string') expect(failure.message, failure.message).to.include(words);
    else expect(failure.message).to.match(words);
  };

  for (const [title, { message }] of ROWS)
    it(`are refused: ${title}`, () => {
      refused(title, codeOf(message), message);
      expect(String(failures.get(title))).to.match(/layer sha256:[0-9a-f]{64}|the files of the image/);
    });
  for (const [what, , words] of registryRows)
    it(`are refused: a registry that ${what}`, () =>
      refused(`a registry that ${what}`, codeOf(words), words));

  it('leave nothing in the store but blobs that are as their digest says', () => {
    const below = (dir: string): readonly string[] => {
      const path = join(sandbox.options.rktDir, dir);
      if (!existsSync(path)) return [];
      const files = readdirSync(path, { recursive: true, withFileTypes: true }) as unknown as readonly {
        readonly name: string;
        isDirectory(): boolean;
      }[];
      return files.filter((file) => !file.isDirectory()).map(({ name }) => name);
    };
    for (const dir of ['cas/tmp', 'cas/blob', 'cas/imageManifest', 'cas/db', 'cas/tree', 'pods'])
      expect(below(dir), dir).to.deep.equal([]);
    expect([...honest]).to.include.members([...below('cas/pull').filter((name) => !name.endsWith('.part'))]);
  });
});

function codeOf(words: RegExp | string): string {
  return String(words).includes('limit ') ? LIMIT : 'RKT_ERR_IMAGE';
}
