import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRecords, writeRecord } from '../../src/embedded/store/store-records.ts';
import { storePaths } from '../../src/embedded/store/paths.ts';
import type { RktResult } from '../support/embedded-rkt.ts';
import { callRkt, temporaryDir } from '../support/embedded-rkt.ts';
import { buildImage } from '../support/images.ts';
import { until } from '../support/until.ts';

const UUID = '11111111-2222-3333-4444-555555555555';
const DAY_MS = 86_400_000;

describe('image gc', () => {
  let dir: ReturnType<typeof temporaryDir>;
  let data: string;
  const rkt = (...argv: readonly string[]): Promise<RktResult> =>
    callRkt([`--dir=${data}`, '--insecure-options=image', ...argv], { cwd: dir.path });
  const names = async (): Promise<readonly string[]> =>
    (await rkt('image', 'list', '--fields=name', '--no-legend')).stdout.trim().split('\n').filter(Boolean);
  const trees = (): readonly string[] => fs.readdirSync(join(data, 'cas/tree'));
  const paths = () => storePaths({ dir: data });
  const idOf = (name: string): string =>
    readRecords(paths()).find((record) => record.name === `example.com/${name}`)?.id ?? '';

  const fetch = async (
    name: string,
    options: { bytes?: number; ageMs?: number; dependency?: string } = {},
  ): Promise<void> => {
    const { bytes = 10, ageMs = 0, dependency } = options;
    const manifest =
      dependency === undefined ? {} : { dependencies: [{ imageName: `example.com/${dependency}` }] };
    const files = [{ path: name, type: 'file' as const, content: Buffer.alloc(bytes, name) }];
    const image = await buildImage(dir.path, { name: `example.com/${name}`, files, manifest, bare: true });
    expect((await rkt('fetch', image)).stderr).to.equal('');
    const record = readRecords(paths()).find(({ id }) => id === idOf(name));
    if (record !== undefined) writeRecord(paths(), { ...record, lastUsedAtMs: Date.now() - ageMs });
  };
  const pod = (phase: string, files: Readonly<Record<string, string>>): void => {
    const place = join(data, 'pods', phase, UUID);
    fs.mkdirSync(join(place, 'appsinfo/app'), { recursive: true });
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(join(place, name), text);
  };
  const podManifest = (id: string): string =>
    JSON.stringify({
      acKind: 'PodManifest',
      acVersion: '0.8.11',
      apps: [{ name: 'app', image: { id }, app: { exec: ['/x'], user: '0', group: '0' } }],
      volumes: null,
      isolators: null,
      annotations: null,
      ports: null,
    });

  beforeEach(() => {
    dir = temporaryDir();
    data = join(dir.path, 'data');
  });
  afterEach(() => dir.remove());

  it('removes images that were not used for a day, and all trees without a pod', async () => {
    await fetch('old', { ageMs: DAY_MS + 60_000 });
    await fetch('young', { ageMs: DAY_MS - 60_000 });
    const [a, b] = [...trees()].sort();
    const id = idOf('old');
    expect(await rkt('image', 'gc')).to.deep.equal({
      exitCode: 0,
      stdout: `successfully removed aci for image: "${id}"\n`,
      stderr: `gc: removed treestore "${a}"\ngc: removed treestore "${b}"\ngc: 1 image(s) successfully removed\n`,
    });
    expect(await names()).to.deep.equal(['example.com/young:1.0.0']);
    expect([trees(), fs.readdirSync(join(data, 'cas/tmp'))]).to.deep.equal([[], []]);
    const [record] = readRecords(paths());
    expect(record, 'its size is that of the archive').to.not.have.property('treeBytes');
    expect(await rkt('image', 'gc')).to.deep.equal({ exitCode: 0, stdout: '', stderr: '' });
  });

  for (const phase of ['prepare', 'prepared', 'run', 'exited-garbage'])
    it(`keeps the trees of a pod in ${phase}`, async () => {
      await fetch('app');
      const [tree = ''] = trees();
      fs.mkdirSync(join(data, 'cas/tree/deps-sha512-stage1'));
      pod(phase, { 'appsinfo/app/treeStoreID': tree, stage1TreeStoreID: 'deps-sha512-stage1' });
      expect((await rkt('image', 'gc', '--grace-period=0s')).stderr).to.not.include('treestore');
      expect(trees()).to.have.members([tree, 'deps-sha512-stage1']);
    });

  it('keeps the image of a pod that can still run, and what that depends on', async () => {
    await fetch('base', { ageMs: 5 * DAY_MS });
    await fetch('app', { ageMs: 5 * DAY_MS, dependency: 'base' });
    await fetch('other', { ageMs: 5 * DAY_MS });
    pod('prepared', { pod: podManifest(idOf('app')) });
    await rkt('image', 'gc', '--max-size=1');
    expect(await names()).to.deep.equal(['example.com/base:1.0.0', 'example.com/app:1.0.0']);
    fs.rmSync(join(data, 'pods'), { recursive: true });
    await rkt('image', 'gc');
    expect(await names()).to.deep.equal([]);
  });

  it('keeps a dependency as long as the image that was used', async () => {
    await fetch('base', { ageMs: 5 * DAY_MS });
    await fetch('app', { dependency: 'base' });
    await rkt('image', 'gc');
    expect(await names()).to.deep.equal(['example.com/base:1.0.0', 'example.com/app:1.0.0']);
  });

  it('removes the least recently used images until the store is small enough', async () => {
    for (const [name, ageMs] of [
      ['a', 1000],
      ['b', 3000],
      ['c', 2000],
    ] as const)
      await fetch(name, { bytes: 100_000, ageMs });
    const { exitCode } = await rkt('image', 'gc', '--max-size=150KiB');
    expect([exitCode, await names()]).to.deep.equal([0, ['example.com/a:1.0.0']]);
  });

  it('reports what pods keep above the size', async () => {
    await fetch('app', { bytes: 100_000 });
    pod('prepared', { pod: podManifest(idOf('app')) });
    expect((await rkt('image', 'gc', '--max-size=1KiB')).stderr).to.match(
      /gc: pods use the 10\dKiB that stay in .*\/data\/cas, more than the 1.0KiB of --max-size\n$/,
    );
    expect((await rkt('image', 'gc', '--max-size=0')).stderr).to.equal(
      'Error: invalid argument "0" for --max-size=0: give a positive number of bytes, with KiB, MiB, GiB or TiB if need be\n\n',
    );
  });

  it('waits for a pod that is being prepared, whose tree it then keeps', async () => {
    await fetch('app');
    const [tree = ''] = trees();
    const lock = join(data, 'locks/prepareLock');
    fs.mkdirSync(join(data, 'locks'));
    fs.writeFileSync(lock, '');
    const preparing = spawn('flock', ['--no-fork', '-s', lock, 'sh', '-c', 'echo; exec cat']);
    await once(preparing.stdout, 'data');
    const gc = rkt('image', 'gc');
    const { ino } = fs.statSync(lock);
    const waiter = new RegExp(`-> FLOCK .*:${ino} `);
    await until('it waits', () => waiter.test(fs.readFileSync('/proc/locks', 'utf8')));
    pod('prepare', { 'appsinfo/app/treeStoreID': tree });
    preparing.stdin.end();
    await once(preparing, 'exit');
    expect((await gc).exitCode).to.equal(0);
    expect(trees()).to.deep.equal([tree]);
  });

  it('has rkt’s help', async () => {
    const { stdout } = await rkt('image', 'gc', '--help');
    expect(stdout).to.match(
      /--grace-period=24h0m0s\tduration to wait since an image was last used before removing it\n/,
    );
  });
});
