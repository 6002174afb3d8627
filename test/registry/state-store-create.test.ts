import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createStateStore } from '../../src/registry/state-store.ts';
import { aStoredTask } from '../support/stored-tasks.ts';

describe('create of a state store', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('writes a task down that has no file yet, and leaves nothing else', async () => {
    const store = createStateStore(join(directory, 'state'));
    expect(await store.create(aStoredTask('one'))).to.equal(true);
    expect((await store.load('one'))?.id).to.equal('one');
    expect(await readdir(store.directory)).to.have.length(1);
  });

  it('does not touch the file that is there', async () => {
    const store = createStateStore(directory);
    await store.save(aStoredTask('one', {}, { startToken: 'first' }));
    expect(await store.create(aStoredTask('one', {}, { startToken: 'second' }))).to.equal(false);
    expect((await store.load('one'))?.startToken).to.equal('first');
    expect(await readdir(directory)).to.have.length(1);
  });

  it('succeeds for one of many that try at once', async () => {
    const tries = Array.from({ length: 20 }, (_, i) =>
      createStateStore(directory).create(aStoredTask('one', {}, { startToken: `start-${i}` })),
    );
    expect((await Promise.all(tries)).filter((made) => made)).to.have.length(1);
    expect(await readdir(directory)).to.have.length(1);
  });
});
