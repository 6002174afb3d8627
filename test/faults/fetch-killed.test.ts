import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { temporaryDir } from '../support/embedded-rkt.ts';
import { buildImage } from '../support/images.ts';
import { random } from '../support/random.ts';
import { TestRegistry, sha256 } from '../support/registry.ts';
import { requires } from '../support/requirements.ts';
import { treeFacts } from '../support/tree-facts.ts';
import { until } from '../support/until.ts';
import { knownPid } from '../support/known-pid.ts';

const RKT = fileURLToPath(new URL('../../dist/embedded/rkt.sh', import.meta.url));
const MOMENTS = 24;
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const FILES = 60;

/** An rkt command as a process group of its own. */
interface Running {
  readonly child: ChildProcess;
  readonly end: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

describe('a fetch that is killed', function () {
  this.timeout(400_000);
  const sandbox = temporaryDir();
  const registry = new TestRegistry();
  let image = '';
  const draw = random(SEED);

  before(async function () {
    requires(this, 'getfattr');
    await registry.listen();
    image = `docker://${registry.host}/app:1`;
    // noise is not compressed, so that there is something to transfer
    const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => draw() * 256));
    const layer = (name: string): Record<string, Buffer> =>
      Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`${name}/${i}`, noise(4_000)]));
    await registry.put('app', { layers: [layer('a'), layer('b'), layer('c')], tag: '1' });
  });
  after(async () => {
    await registry.close();
    sandbox.remove();
  });

  const rkt = (dir: string, ...argv: readonly string[]): Running => {
    const configs = [`--local-config=${sandbox.path}/etc`, `--system-config=${sandbox.path}/usr`];
    const words = [RKT, `--dir=${dir}`, ...configs, '--insecure-options=image', ...argv];
    const child = spawn('sh', words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
    return { child, end: once(child, 'close').then(([code]) => ({ code: code as number | null, ...texts })) };
  };
  /** Everything an image is in a store: its files, its record, and the tree it is laid out as. */
  const factsOf = (dir: string): unknown => {
    const trees = readdirSync(join(dir, 'cas/tree')).filter((name) => name.startsWith('deps-'));
    expect(trees.length).to.equal(1);
    return [trees, treeFacts(join(dir, 'cas/tree', trees[0] ?? '', 'rootfs'))];
  };
  const names = (dir: string, below: string): readonly string[] => readdirSync(join(dir, 'cas', below));
  const blobsAsked = (): readonly string[] =>
    registry.seen.filter(({ url }) => url.includes('/blobs/')).map(({ url }) => url);

  it(`leaves a store that the next command uses, at ${MOMENTS} moments (seed ${SEED})`, async () => {
    const whole = join(sandbox.path, 'whole');
    const began = performance.now();
    const first = await rkt(whole, 'fetch', '--full', image).end;
    let lifeMs = performance.now() - began;
    expect([first.code, first.stderr]).to.deep.equal([0, '']);
    const expected = factsOf(whole);
    for (let moment = 0, cut = 0; cut < MOMENTS; moment += 1) {
      const dir = join(sandbox.path, `moment-${moment}`);
      // the second half of its life is the busy one
      const started = performance.now();
      const { child, end } = rkt(dir, 'fetch', image);
      await Promise.race([delay((0.2 + 0.8 * draw()) * lifeMs), end]);
      if (child.exitCode === null) process.kill(-knownPid(child.pid), 'SIGKILL');
      if ((await end).code === null) cut += 1;
      // The first one was slower than this one: the moments to come lie within a shorter life.
      else lifeMs = Math.min(lifeMs * 0.9, performance.now() - started);
      const next = await rkt(dir, 'fetch', '--full', image).end;
      const what = `moment ${moment}: ${next.stderr}`;
      expect([next.code, next.stdout], what).to.deep.equal([0, first.stdout]);
      expect(factsOf(dir), what).to.deep.equal(expected);
      expect([names(dir, 'tmp'), names(dir, 'db/embedded').length], what).to.deep.equal([[], 2]);
      expect([names(dir, 'pull'), names(dir, 'treestorelocks')], what).to.deep.equal([[], []]);
    }
  });

  it('is gone on with where its transfer broke', async () => {
    const dir = join(sandbox.path, 'broken');
    const blob = [...registry.blobs.values()].reduce((a, b) => (a.length > b.length ? a : b));
    let sent = (): void => undefined;
    const half = new Promise<void>((resolve) => (sent = resolve));
    registry.intercepts.push((request, response) => {
      if (request.headers.range !== undefined || request.url?.includes('/blobs/') !== true) return false;
      const wanted = registry.blobs.get(request.url.split('/').at(-1) ?? '');
      if (wanted !== blob) return false;
      // the second half never comes
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, blob.length / 2), sent);
      return true;
    });
    const { child, end } = rkt(dir, 'fetch', image);
    await half;
    const [pull = ''] = names(dir, 'pull');
    const part = join(dir, 'cas/pull', pull, `${sha256(blob).replace(':', '-')}.part`);
    await until(
      'half of the layer is on the disk',
      () => statSync(part, { throwIfNoEntry: false })?.size === Math.floor(blob.length / 2),
    );
    process.kill(-knownPid(child.pid), 'SIGKILL');
    await end;
    registry.reset();
    expect((await rkt(dir, 'fetch', image).end).code).to.equal(0);
    const asked = registry.seen.filter(({ url }) => url.endsWith(sha256(blob)));
    expect(asked.map(({ range }) => range)).to.deep.equal([`bytes=${Math.floor(blob.length / 2)}-`]);
  });

  it('is waited for by others, which fetch and render once', async () => {
    registry.reset();
    const dir = join(sandbox.path, 'parallel');
    const all = Array.from({ length: 4 }, () => rkt(dir, 'fetch', '--full', image).end);
    const ends = await Promise.all(all);
    expect(
      ends.map(({ code }) => code),
      ends.map(({ stderr }) => stderr).join(''),
    ).to.deep.equal([0, 0, 0, 0]);
    expect(new Set(ends.map(({ stdout }) => stdout)).size).to.equal(1);
    // a config and three layers
    expect([blobsAsked().length, new Set(blobsAsked()).size]).to.deep.equal([4, 4]);
    expect(names(dir, 'tree').length).to.equal(1);
  });

  it('of a URL is waited for as well', async () => {
    registry.reset();
    const dir = join(sandbox.path, 'by-url');
    const aci = readFileSync(await buildImage(join(sandbox.path, 'aci'), { name: 'test.local/shared' }));
    registry.intercepts.push((request, response) => {
      if (request.url !== '/app.aci') return false;
      // One that comes when all is over asks the server anew, as it may have another image by then.
      void until('two others wait', () => waitersBelow(dir) === 2).finally(() => response.end(aci));
      return true;
    });
    const url = `${registry.origin}/app.aci`;
    const fetches = [1, 2, 3].map(() => rkt(dir, 'fetch', url).end);
    const ends = await Promise.all(fetches);
    expect(
      ends.map(({ code }) => code),
      ends.map(({ stderr }) => stderr).join(''),
    ).to.deep.equal([0, 0, 0]);
    expect(registry.seen.length).to.equal(1);
  });
});

/** How many processes wait for a lock on something below a directory. */
function waitersBelow(dir: string): number {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name));
  const inodes = new Set(paths.map((path) => String(statSync(path, { throwIfNoEntry: false })?.ino)));
  const waiting = readFileSync('/proc/locks', 'utf8').matchAll(/^\d+: +-> FLOCK .*:(\d+) \S+ \S+$/gm);
  return [...waiting].filter(([, inode = '']) => inodes.has(inode)).length;
}
