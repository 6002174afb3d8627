import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { buildImage } from '../support/images.ts';
import { openNamespace, type Namespace } from '../support/mount-namespace.ts';
import { requires } from '../support/requirements.ts';

const CHILD = fileURLToPath(new URL('../support/full-disk-child.ts', import.meta.url));

describe('data and rkt’s directory on one full disk', function () {
  this.timeout(180_000);
  let base = '';
  let place: string;
  let image: string;
  let namespace: Namespace;

  before(async function () {
    requires(this, 'root', 'pods');
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-full-'));
    image = await buildImage(join(base, 'images'), { name: 'test.local/shell' });
  });
  after(async () => {
    if (base !== '') await rm(base, { recursive: true });
  });
  beforeEach(async () => {
    place = await mkdtemp(join(base, 'disk-'));
    namespace = await openNamespace();
  });
  afterEach(async () => {
    const left = namespace.processes();
    await namespace.close();
    // The file system was mounted in the namespace alone, and has gone with it.
    await rmdir(place);
    expect(left).to.deep.equal([]);
  });

  async function run(scenario: string): Promise<Record<string, unknown>> {
    const [enter = '', ...args] = namespace.enter;
    const node = [
      process.execPath,
      '--import',
      import.meta.resolve('tsx/esm'),
      CHILD,
      place,
      image,
      scenario,
    ];
    const { stdout } = await promisify(execFile)(enter, [...args, ...node]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it('keeps the exit code of a task whose log has filled it, and destroys the task', async () => {
    const { exit, wasFull, files, freeMib } = await run('exitOnFullDisk');
    expect(wasFull).to.equal(true);
    expect(exit).to.include({ exitCode: 41, source: 'exit-file' }).and.not.have.property('error');
    expect(files).to.deep.equal([]);
    expect(freeMib).to.be.greaterThan(4);
  });

  it('destroys a running task without a free byte', async () => {
    const { wasFull, files } = await run('destroyOnFullDisk');
    expect(wasFull).to.equal(true);
    expect(files).to.deep.equal([]);
  });

  it('refuses a start, naming the path, and leaves nothing behind', async () => {
    const { refused, left, exit, files } = await run('startOnFullDisk');
    expect(refused).to.have.property('code', 'RKT_ERR_NO_SPACE');
    expect((refused as { message: string }).message)
      .to.include('no space left on device')
      .and.include(place);
    expect(left).to.deep.equal([]);
    expect(exit).to.include({ exitCode: 3 });
    expect(files).to.deep.equal([]);
  });

  it('recovers, stops and forgets tasks', async () => {
    const { recovered, failures, ended, stopped, files } = await run('recoverOnFullDisk');
    expect(recovered).to.have.members(['runs', 'ends']);
    expect(failures).to.deep.equal([]);
    expect(ended).to.include({ exitCode: 9, source: 'exit-file' });
    expect(stopped).to.include({ signal: 15, source: 'exit-file' });
    expect(files).to.deep.equal([]);
  });
});
