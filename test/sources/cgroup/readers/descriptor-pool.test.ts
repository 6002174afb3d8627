import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import {
  descriptorBudget,
  parseOpenFilesLimit,
} from '../../../../src/sources/cgroup/readers/descriptor-budget.ts';
import {
  ABSENT,
  createDescriptorPool,
  type DescriptorPool,
} from '../../../../src/sources/cgroup/readers/descriptor-pool.ts';

describe('createDescriptorPool', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-pool-'));
  after(() => rmSync(directory, { recursive: true }));
  const KEEP_MS = 100;

  /** The descriptors that this process has open on the files of this test. */
  const held = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
      } catch {
        return false;
      }
    }).length;
  const file = (name: string, text = name): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  /** Reads as the reader of cgroups does; gives the text. */
  const read = (pool: DescriptorPool, slots: Uint16Array, path: string, nowMs = 0, slot = 0): string => {
    let length = pool.read(slots, slot, nowMs);
    if (length === ABSENT) length = pool.open({ slots, slot, path }, { nowMs, keepMs: KEEP_MS });
    return new TextDecoder().decode(pool.bytes.subarray(0, Math.max(0, length)));
  };

  it('opens a file once and reads what is in it each time', () => {
    const pool = createDescriptorPool(10);
    const slots = new Uint16Array(1);
    const path = file('a', 'one');
    expect(read(pool, slots, path)).to.equal('one');
    writeFileSync(path, 'two');
    expect(read(pool, slots, path)).to.equal('two');
    expect(pool.stats).to.include({ open: 1, opened: 1, evicted: 0 });
    pool.release(slots);
    expect(held()).to.equal(0);
  });

  it('says that a file is not there, and finds it when it is', () => {
    const pool = createDescriptorPool(10);
    const slots = new Uint16Array(1);
    const path = join(directory, 'later');
    expect(pool.open({ slots, slot: 0, path }, { nowMs: 0, keepMs: KEEP_MS })).to.equal(ABSENT);
    file('later', 'now');
    expect(read(pool, slots, path)).to.equal('now');
    pool.release(slots);
  });

  it('reads a file that is larger than its buffer', () => {
    const pool = createDescriptorPool(1);
    const text = 'x'.repeat(100_000);
    const slots = new Uint16Array(1);
    expect(read(pool, slots, file('large', text))).to.equal(text);
    expect(read(pool, slots, '')).to.equal(text);
    pool.release(slots);
  });

  it('closes the file that was unused for longest when it is full', () => {
    const pool = createDescriptorPool(2);
    const slots = new Uint16Array(3);
    ['a', 'b', 'c'].forEach((name) => file(name));
    const at = (slot: number): string => join(directory, 'abc'[slot] ?? '');
    read(pool, slots, at(0), 0, 0);
    read(pool, slots, at(1), 10, 1);
    read(pool, slots, at(0), 20, 0);
    expect(read(pool, slots, at(2), 1_000, 2)).to.equal('c');
    expect([...slots].map((node) => node !== 0)).to.deep.equal([true, false, true]);
    expect(pool.stats).to.include({ open: 2, evicted: 1 });
    expect(held()).to.equal(2);
    expect(read(pool, slots, at(1), 2_000, 1)).to.equal('b');
    pool.release(slots);
    expect([pool.stats.open, held()]).to.deep.equal([0, 0]);
  });

  it('closes none that is in use, and reads the others without keeping them', () => {
    const pool = createDescriptorPool(2);
    const slots = new Uint16Array(4);
    const paths = ['a', 'b', 'c', 'd'].map((name) => file(name));
    for (const nowMs of [0, 50, 100, 150]) {
      const texts = paths.map((path, slot) => read(pool, slots, path, nowMs, slot));
      expect(texts).to.deep.equal(['a', 'b', 'c', 'd']);
    }
    expect([...slots].map((node) => node !== 0)).to.deep.equal([true, true, false, false]);
    expect(pool.stats).to.include({ open: 2, opened: 2 + 4 * 2, evicted: 0 });
    pool.release(slots);
  });

  it('keeps nothing open without a budget', () => {
    const pool = createDescriptorPool(0);
    const slots = new Uint16Array(1);
    expect([read(pool, slots, file('a')), read(pool, slots, file('a'))]).to.deep.equal(['a', 'a']);
    expect(held()).to.equal(0);
  });

  it('reads more files than it may keep, whatever the order', () => {
    const pool = createDescriptorPool(5);
    const owners = Array.from({ length: 20 }, () => new Uint16Array(2));
    const paths = owners.map((_, index) => file(`many-${index}`));
    for (let round = 0; round < 200; round += 1) {
      const owner = (round * 7) % owners.length;
      const text = read(pool, owners[owner]!, paths[owner]!, round * 60, round % 2);
      expect(text).to.equal(`many-${owner}`);
      expect(pool.stats.open).to.equal(held()).and.to.be.at.most(5);
      if (round % 13 === 0) pool.release(owners[(owner + 3) % owners.length]!);
    }
    for (const owner of owners) pool.release(owner);
    expect([pool.stats.open, held()]).to.deep.equal([0, 0]);
  });
});

describe('descriptorBudget', () => {
  const limits = (soft: string): string =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 1048576              files     \n`;

  it('reads the soft limit', () => {
    expect(parseOpenFilesLimit(limits('1024'))).to.equal(1_024);
    expect(parseOpenFilesLimit(limits('unlimited'))).to.equal(Infinity);
    expect(parseOpenFilesLimit('')).to.equal(undefined);
  });

  it('leaves a part of the limit to others', () => {
    const root = mkdtempSync(join(tmpdir(), 'rkt-streams-limits-'));
    try {
      expect(descriptorBudget(root)).to.equal(1_024 - 256);
      expect(descriptorBudget()).to.be.above(0);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
