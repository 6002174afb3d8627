import { expect } from 'chai';
import { mkdtemp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { createStateStore, stateFileName } from '../../src/registry/state-store.ts';
import { expectRktRejection } from '../support/errors.ts';
import { aStoredTask } from '../support/stored-tasks.ts';
import { anExitResult } from '../support/task-specs.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rkt-streams-state-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const fileOf = (id: string): string => join(directory, stateFileName(id));

describe('StateStore.save', () => {
  it('keeps an entry that load gives back as it was', async () => {
    const store = createStateStore(join(directory, 'not', 'there', 'yet'));
    const entry = aStoredTask(
      'one',
      { allocId: 'a', env: { KEY: 'välue\n"' }, config: { image: 'i', port_map: { http: '80-tcp' } } },
      { phase: 'exited', podId: 'pod', exitResult: anExitResult({ exitCode: 137, signal: 9 }) },
    );
    await store.save(entry);
    expect(await store.load('one')).to.deep.equal(entry);
  });

  it('keeps a handle', async () => {
    const store = createStateStore(directory);
    const { spec, startToken, cgroupPaths } = aStoredTask();
    const process = { pid: 12, startTicks: 34 };
    const state = { spec, startToken, cgroupPaths, podId: 'pod', process, shim: process, startedAtMs: 5 };
    const entry = aStoredTask('one', {}, { handle: { version: 1, state } });
    await store.save(entry);
    expect(await store.load('one')).to.deep.equal(entry);
  });

  it('lets no one but the owner read, since specs hold environments', async () => {
    const below = join(directory, 'below');
    const store = createStateStore(below);
    await store.save(aStoredTask());
    expect((await stat(join(below, stateFileName('one')))).mode & 0o777).to.equal(0o600);
    expect((await stat(below)).mode & 0o777).to.equal(0o700);
  });

  it('leaves one file, with the last of many entries saved at once', async () => {
    const store = createStateStore(directory);
    const versions = Array.from({ length: 30 }, (_, index) => index);
    await Promise.all(versions.map((updatedAtMs) => store.save(aStoredTask('one', {}, { updatedAtMs }))));
    expect((await store.load('one'))?.updatedAtMs).to.equal(29);
    expect(await readdir(directory)).to.deep.equal([stateFileName('one')]);
  });

  it('says which file it could not write and leaves nothing behind', async () => {
    await mkdir(fileOf('one'));
    const store = createStateStore(directory);
    const error = await expectRktRejection(store.save(aStoredTask()), 'RKT_ERR_STATE_FILE');
    expect(error.message).to.include(fileOf('one'));
    expect(await readdir(directory)).to.deep.equal([stateFileName('one')]);
  });

  it('goes on after a save that failed', async () => {
    await mkdir(fileOf('one'));
    const store = createStateStore(directory);
    const failing = expectRktRejection(store.save(aStoredTask()), 'RKT_ERR_STATE_FILE');
    const other = store.save(aStoredTask('two'));
    await Promise.all([failing, other]);
    await rm(fileOf('one'), { recursive: true });
    await store.save(aStoredTask());
    expect((await store.loadAll()).entries).to.have.length(2);
  });
});

describe('StateStore.saveIfPresent', () => {
  it('replaces the entry of the same start', async () => {
    const store = createStateStore(directory);
    await store.save(aStoredTask());
    await store.saveIfPresent(aStoredTask('one', {}, { phase: 'exited' }));
    expect((await store.load('one'))?.phase).to.equal('exited');
  });

  it('brings no entry back that was removed just before', async () => {
    const store = createStateStore(directory);
    await store.save(aStoredTask());
    await Promise.all([store.remove(aStoredTask()), store.saveIfPresent(aStoredTask())]);
    expect(await store.load('one')).to.equal(undefined);
  });

  it('leaves the entry of another start alone', async () => {
    const store = createStateStore(directory);
    await store.save(aStoredTask('one', {}, { startToken: 'later' }));
    await store.saveIfPresent(aStoredTask('one', {}, { startToken: 'earlier' }));
    expect((await store.load('one'))?.startToken).to.equal('later');
  });
});

describe('StateStore.remove', () => {
  it('removes what was saved just before', async () => {
    const store = createStateStore(directory);
    await Promise.all([store.save(aStoredTask()), store.remove(aStoredTask())]);
    expect(await store.load('one')).to.equal(undefined);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('does nothing for a task without a file', async () => {
    await createStateStore(join(directory, 'not there')).remove(aStoredTask());
  });

  it('says which file it could not remove', async () => {
    await mkdir(fileOf('one'));
    const error = await expectRktRejection(
      createStateStore(directory).remove(aStoredTask()),
      'RKT_ERR_STATE_FILE',
    );
    expect(error.message).to.include(`state file ${fileOf('one')}`);
  });
});

describe('StateStore.load', () => {
  it('gives nothing for a task without a file or directory', async () => {
    expect(await createStateStore(directory).load('one')).to.equal(undefined);
    expect(await createStateStore(join(directory, 'not there')).load('one')).to.equal(undefined);
  });

  const good = JSON.stringify(aStoredTask());
  for (const [what, text, complaint] of [
    ['is empty', '', 'is not JSON'],
    ['was cut off', good.slice(0, -10), 'is not JSON'],
    ['holds zeros', '\0'.repeat(100), 'is not JSON'],
    ['holds something else', '[]', 'expected object'],
    ['is of a later version', JSON.stringify({ ...aStoredTask(), version: 2 }), 'version'],
    ['lacks the spec', JSON.stringify({ ...aStoredTask(), spec: undefined }), 'spec'],
    ['has a phase that is never stored', JSON.stringify({ ...aStoredTask(), phase: 'unknown' }), 'phase'],
    [
      'has an owner without a start time',
      JSON.stringify({ ...aStoredTask(), owner: { pid: 1 } }),
      'startTicks',
    ],
    ['has a key no one knows', JSON.stringify({ ...aStoredTask(), color: 'red' }), 'color'],
    ['holds another task', JSON.stringify(aStoredTask('two')), '"two"'],
  ] as const) {
    it(`names a file that ${what}`, async () => {
      await writeFile(fileOf('one'), text);
      const error = await expectRktRejection(createStateStore(directory).load('one'), 'RKT_ERR_STATE_FILE');
      expect(error.message).to.include(fileOf('one')).and.include(complaint);
    });
  }

  it('throws nothing but its own error, whatever the file holds', async () => {
    const store = createStateStore(directory);
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (content) => {
        await writeFile(fileOf('one'), content);
        await expectRktRejection(store.load('one'), 'RKT_ERR_STATE_FILE');
      }),
      { numRuns: 50 },
    );
  });
});

describe('StateStore.loadAll', () => {
  it('finds nothing where there is no directory', async () => {
    const store = createStateStore(join(directory, 'not there'));
    expect(await store.loadAll()).to.deep.equal({ entries: [], failures: [] });
  });

  it('gives entries in the order of creation', async () => {
    const store = createStateStore(directory);
    for (const [id, createdAtMs] of [
      ['b', 2],
      ['c', 3],
      ['a', 1],
    ] as const) {
      await store.save(aStoredTask(id, {}, { createdAtMs }));
    }
    expect((await store.loadAll()).entries.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
  });

  it('reads the others when one file is broken, and leaves it where it is', async () => {
    const store = createStateStore(directory);
    await store.save(aStoredTask('good'));
    await writeFile(fileOf('bad'), '{');
    await mkdir(join(directory, 'odd.json'));
    const { entries, failures } = await store.loadAll();
    expect(entries.map(({ id }) => id)).to.deep.equal(['good']);
    expect(failures.map(({ file }) => file).sort()).to.deep.equal(
      [fileOf('bad'), join(directory, 'odd.json')].sort(),
    );
    for (const { file, error } of failures) {
      expect(error.code).to.equal('RKT_ERR_STATE_FILE');
      expect(error.message).to.include(file);
    }
    expect(await readFile(fileOf('bad'), 'utf8')).to.equal('{');
  });

  it('passes over files that are not its own', async () => {
    await writeFile(join(directory, 'README'), 'hello');
    await writeFile(join(directory, '.hidden.json'), 'hello');
    expect(await createStateStore(directory).loadAll()).to.deep.equal({ entries: [], failures: [] });
    expect(await readdir(directory)).to.have.length(2);
  });

  it('sweeps up after writers that are gone, and only after them', async () => {
    // Above the largest pid that Linux hands out.
    const gone = `.${stateFileName('one')}.4194305.1.tmp`;
    const alive = `.${stateFileName('one')}.${process.pid}.1.tmp`;
    await writeFile(join(directory, gone), 'half');
    await writeFile(join(directory, alive), 'half');
    expect(await createStateStore(directory).loadAll()).to.deep.equal({ entries: [], failures: [] });
    expect(await readdir(directory)).to.deep.equal([alive]);
    await writeFile(join(directory, gone), 'half');
    await createStateStore(directory).sweep();
    expect(await readdir(directory)).to.deep.equal([alive]);
  });

  it('says so when the directory is not one', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    const error = await expectRktRejection(createStateStore(path).loadAll(), 'RKT_ERR_STATE_FILE');
    expect(error.message).to.include(path);
  });
});

describe('stateFileName', () => {
  it('is readable where the id is', () => {
    expect(stateFileName('web-1')).to.match(/^web-1-[0-9a-f]{32}\.json$/);
  });

  it('distinguishes similar ids', () => {
    const names = [
      'a/b',
      'a-b',
      'a b',
      'A/B',
      'a//b',
      '../a/b',
      `${'a'.repeat(500)}1`,
      `${'a'.repeat(500)}2`,
    ].map(stateFileName);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('is a visible name of one path element for any id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 512 }), (id) => {
        expect(stateFileName(id)).to.match(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,69}\.json$/);
      }),
    );
  });
});
