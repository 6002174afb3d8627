import { execFileSync } from 'node:child_process';
import { constants, existsSync, lstatSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom } from 'rxjs';

import { tailOffset } from '../../src/files/tail-offset.ts';
import type { Driver, TaskSpecInput } from '../../src/index.ts';
import { followFile } from '../../src/files/follow-file.ts';
import { logPath, readFileEnd } from '../../src/files/log-file.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const SECRET = 'only root reads and writes this\n';

describe('outputs that are replaced by links out of the allocation', function () {
  this.timeout(120_000);
  let opened: Sandbox | undefined;
  let sandbox: Sandbox;
  let driver: Driver;
  let alloc: string;
  let logs: string;
  let outside: string;

  before(async function () {
    opened = await openSandbox(this);
    sandbox = opened;
    driver = sandbox.driver();
    alloc = join(sandbox.base, 'alloc');
    logs = join(alloc, 'alloc/logs');
    outside = join(sandbox.base, 'outside');
  });
  after(() => opened?.close());
  beforeEach(async () => {
    for (const dir of [logs, join(alloc, 'web/local'), join(alloc, 'web/secrets'), outside])
      await mkdir(dir, { recursive: true });
    await writeFile(join(outside, 'out'), SECRET);
  });
  afterEach(async () => {
    await rm(alloc, { recursive: true });
    await rm(outside, { recursive: true });
  });

  const task = (id: string, script: string): TaskSpecInput =>
    sandbox.shell(id, script, {
      name: 'web',
      allocDir: alloc,
      stdoutPath: join(logs, 'out'),
      stderrPath: join(logs, 'err'),
    });
  const ended = (id: string): Promise<unknown> =>
    firstValueFrom(
      driver.taskEvents().pipe(filter(({ kind, taskId }) => kind === 'exited' && taskId === id)),
    );
  /** Runs when the outputs were checked and the pod is prepared. */
  const afterCheck = (act: () => Promise<void>): Promise<void> =>
    firstValueFrom(driver.taskEvents().pipe(filter(({ kind }) => kind === 'prepared'))).then(act);
  const expectRefused = async (id: string, why: string | RegExp): Promise<void> => {
    const error = await expectRktRejection(driver.startTask(task(id, 'echo attack')), 'RKT_ERR_OUTPUT');
    expect(error.message).to.contain(join(logs, 'out')).and.to.match(new RegExp(why));
    expectUntouched();
    expect(existsSync(join(logs, 'err'))).to.equal(false);
    expect(await sandbox.leftovers()).to.deep.equal([]);
  };
  const expectUntouched = (): void => {
    expect(readFileSync(join(outside, 'out'), 'utf8')).to.equal(SECRET);
  };

  it('refuses a link that was there before', async () => {
    await symlink(join(outside, 'out'), join(logs, 'out'));
    await expectRefused('link-before', 'symbolic link');
  });

  it('refuses a link to what does not exist', async () => {
    await symlink(join(outside, 'new'), join(logs, 'out'));
    await expectRefused('dangling', 'symbolic link');
    expect(existsSync(join(outside, 'new'))).to.equal(false);
  });

  for (const [what, make] of [
    ['a file', async (path: string) => writeFile(path, '')],
    ['a named pipe', (path: string) => Promise.resolve(void execFileSync('mkfifo', [path]))],
    ['nothing yet', () => Promise.resolve()],
  ] as const) {
    it(`refuses a link that takes the place of ${what} after the check`, async () => {
      const place = join(logs, 'out');
      await make(place);
      const swapped = afterCheck(async () => {
        await rm(place, { force: true });
        await symlink(join(outside, 'out'), place);
      });
      await expectRefused(`swapped-${what.replaceAll(' ', '-')}`, 'symbolic link');
      await swapped;
    });
  }

  it('refuses a directory above that was replaced after the check', async () => {
    const swapped = afterCheck(async () => {
      await rename(logs, join(alloc, 'alloc/aside'));
      await symlink(outside, logs);
    });
    await expectRefused('above', '"logs" is a symbolic link within the allocation directory');
    await swapped;
  });

  it('refuses a socket or a device', async () => {
    execFileSync('mknod', [join(logs, 'out'), 'c', '1', '7']);
    await expectRefused('device', 'neither a file nor a named pipe');
  });

  it('removes the files that a failed start has made, and no others', async () => {
    await writeFile(join(logs, 'out'), 'before\n');
    const spec = task('no-command', '');
    await expectRktRejection(
      driver.startTask({ ...spec, config: { ...spec.config, command: '/none', args: [] } }),
      'RKT_ERR_LAUNCH',
    );
    expect(readFileSync(join(logs, 'out'), 'utf8')).to.equal('before\n');
    expect(existsSync(join(logs, 'err'))).to.equal(false);
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  it('follows links above the allocation, appends to files, and gives the app no other descriptor', async () => {
    const way = join(sandbox.base, 'way');
    await symlink(alloc, way);
    await writeFile(join(logs, 'out'), 'before\n');
    const end = ended('plain');
    const spec = task('plain', 'echo 1; echo 2 >&2; ls -l /proc/self/fd');
    await driver.startTask({ ...spec, stdoutPath: join(way, 'alloc/logs/out') });
    await end;
    await driver.destroyTask('plain');
    await rm(way);
    const [first, second, ...descriptors] = readFileSync(join(logs, 'out'), 'utf8').split('\n');
    expect([first, second]).to.deep.equal(['before', '1']);
    const ofOutputs = descriptors
      .filter((line) => line.includes(logs))
      .map((line) => line.replace(/^.* (\d+ -> )/, '$1'));
    expect(ofOutputs).to.deep.equal([`1 -> ${join(logs, 'out')}`, `2 -> ${join(logs, 'err')}`]);
    expect(readFileSync(join(logs, 'err'), 'utf8')).to.match(/^2\n/);
    expect(lstatSync(join(logs, 'err')).mode & 0o111).to.equal(0);
  });

  it('keeps a pipe open when its reader leaves and another comes', async () => {
    const place = join(logs, 'out');
    execFileSync('mkfifo', [place]);
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const first = await open(place, flags);
    const script =
      'echo first; while ! [ -e /local/go ]; do sleep 0.01; done; echo second; read -r _ </local/end';
    execFileSync('mkfifo', [join(alloc, 'web/local/end')]);
    await driver.startTask(task('pipe', script));
    expect(await lineOf(first)).to.equal('first\n');
    await first.close();
    const end = ended('pipe');
    await writeFile(join(alloc, 'web/local/go'), '');
    const second = await open(place, flags);
    expect(await lineOf(second)).to.equal('second\n');
    await second.close();
    await writeFile(join(alloc, 'web/local/end'), 'x\n');
    await end;
    await driver.destroyTask('pipe');
  });

  it('reads no file that a link leads to', async () => {
    const place = join(logs, 'out');
    const end = ended('read');
    await driver.startTask(task('read', 'echo mine'));
    await end;
    const path = await logPath(driver.inspectTask('read'), 'stdout');
    expect((await readFileEnd(path, 100)).bytes.toString()).to.equal('mine\n');
    await rm(place);
    await symlink(join(outside, 'out'), place);
    const read: Buffer[] = [];
    const write = (chunk: Buffer): Promise<void> => {
      read.push(chunk);
      return Promise.resolve();
    };
    const failures = await Promise.all(
      [
        () => logPath(driver.inspectTask('read'), 'stdout'),
        () => readFileEnd(path, 100),
        () => followFile(path, write, AbortSignal.abort()),
        () => tailOffset(path, 1),
      ].map((act) =>
        act().then(
          () => 'was read',
          (error: unknown) => String(error),
        ),
      ),
    );
    for (const failure of failures) expect(failure).to.contain('is a symbolic link');
    expect(read).to.deep.equal([]);
    await driver.destroyTask('read');
  });
});

/** The next bytes of a pipe that was opened without blocking. */
async function lineOf(pipe: Awaited<ReturnType<typeof open>>): Promise<string> {
  for (;;) {
    const { buffer, bytesRead } = await pipe.read(Buffer.alloc(64), 0, 64, null).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
        return { buffer: Buffer.alloc(0), bytesRead: 0 };
      throw error;
    });
    if (bytesRead > 0) return buffer.subarray(0, bytesRead).toString();
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
