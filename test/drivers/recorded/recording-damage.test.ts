import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { openRecording } from '../../../src/drivers/recorded/recording-reader.ts';
import { indexFile } from '../../../src/drivers/recorded/recording-index.ts';
import {
  BLOCK_HEADER_BYTES,
  FILE_HEADER_BYTES,
  blockLength,
} from '../../../src/drivers/recorded/block-header.ts';
import { isRktError } from '../../../src/model/rkt-error.ts';
import { BEGIN_MS, withDirectory, writeRecording } from './write-recording.ts';

/** The times of all ticks that can be read; undefined when the file is no recording any more. */
function tickTimes(file: string): readonly number[] | undefined {
  try {
    const reader = openRecording(file);
    try {
      return [...reader.blocksFrom(-Infinity)].flatMap(({ ticks }) => ticks.map(({ timeMs }) => timeMs));
    } finally {
      reader.close();
    }
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RECORDING')) return undefined;
    throw error;
  }
}

/** Another one in each run; RKT_STREAMS_TEST_SEED repeats one. */
const SEED = Number(process.env['RKT_STREAMS_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Numbers that look random, and are the same for the same seed. */
function randomNumbers(count: number, below: number, seed: number): readonly number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
}

describe('a damaged recording', function () {
  this.timeout(120_000);
  const TICKS = 200;

  it(`is readable up to the cut, at 1,000 random places (seed ${SEED})`, () =>
    withDirectory(async (directory) => {
      const whole = join(directory, 'whole.rec');
      await writeRecording(whole, { ticks: TICKS });
      const index = indexFile(whole);
      index.close();
      const bytes = readFileSync(whole);
      const cut = join(directory, 'cut.rec');
      for (const length of [0, 1, 15, 16, 17, ...randomNumbers(1_000, bytes.length, SEED)]) {
        writeFileSync(cut, bytes.subarray(0, length));
        const blocks = index.blocks.filter(({ header, offset }) => offset + blockLength(header) <= length);
        const expected = blocks.length * 5;
        expect(tickTimes(cut)?.length ?? 0, `cut at ${length}`).to.equal(expected);
      }
    }));

  it('loses at most the rest of a group to a changed byte, and nothing before it', () =>
    withDirectory(async (directory) => {
      const whole = join(directory, 'whole.rec');
      // 200 ticks of 10 s: three whole groups of ten minutes, and the begin of a fourth.
      await writeRecording(whole, { ticks: TICKS, intervalMs: 10_000 });
      const all = tickTimes(whole);
      expect(all).to.have.length(TICKS);
      const index = indexFile(whole);
      index.close();
      const bytes = readFileSync(whole);
      const damaged = join(directory, 'damaged.rec');
      for (const at of randomNumbers(1_000, bytes.length, SEED + 1)) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at]! + 1 + (at % 255)) % 256;
        writeFileSync(damaged, changed);
        const hit = index.blocks.find(
          ({ header, offset }) => at >= offset && at < offset + blockLength(header),
        );
        const group = hit?.header.group;
        const kept = index.blocks.filter(
          ({ header, offset }) => hit === undefined || header.group !== group || offset < hit.offset,
        );
        expect(tickTimes(damaged), `byte ${at}`).to.have.length(kept.length * 5);
      }
    }));

  it('is continued after the last whole block', () =>
    withDirectory(async (directory) => {
      const whole = join(directory, 'whole.rec');
      await writeRecording(whole, { ticks: 50 });
      const size = readFileSync(whole).length;
      for (const length of [
        5,
        FILE_HEADER_BYTES,
        FILE_HEADER_BYTES + BLOCK_HEADER_BYTES + 3,
        ...randomNumbers(40, size, SEED + 2),
      ]) {
        const cut = join(directory, `cut-${length}.rec`);
        copyFileSync(whole, cut);
        truncateSync(cut, length);
        const before = tickTimes(cut)?.length ?? 0;
        await writeRecording(cut, { ticks: 10 });
        expect(tickTimes(cut)?.length, `cut at ${length}`).to.equal(before + 10);
        const index = indexFile(cut);
        index.close();
        expect(index.damagedBytes, `cut at ${length}`).to.equal(0);
      }
    }));

  it('is refused when it is something else, and left as it is', () =>
    withDirectory(async (directory) => {
      const text = join(directory, 'notes.txt');
      writeFileSync(text, 'Notes of a meeting, longer than the header of a recording.');
      for (const attempt of [() => openRecording(text), () => writeRecording(text, {})]) {
        const error: unknown = await (async () => attempt())().catch((caught: unknown) => caught);
        expect(isRktError(error, 'RKT_ERR_RECORDING'), String(error)).to.equal(true);
      }
      expect(readFileSync(text, 'utf8')).to.match(/^Notes of a meeting/);
    }));

  it('of a later version is named, and not changed', () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'later.rec');
      await writeRecording(file, { ticks: 5 });
      const { crc32 } = await import('node:zlib');
      const bytes = readFileSync(file);
      bytes.writeUInt32LE(2, 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
      writeFileSync(file, bytes);
      expect(() => openRecording(file)).to.throw(/version 2/);
      expect(readFileSync(file).equals(bytes)).to.equal(true);
    }));

  it('does not wait for the writer of a named pipe', () =>
    withDirectory(async (directory) => {
      const { execFileSync } = await import('node:child_process');
      const pipe = join(directory, 'pipe');
      execFileSync('mkfifo', [pipe]);
      expect(() => openRecording(pipe)).to.throw(/is not a file/);
    }));
});

describe('the files of a recording', () => {
  it('are rotated by size and age, and read as one', () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'a.rec');
      await writeRecording(file, { ticks: 100, rotation: { maxBytes: 4_000, keep: 100 } });
      const reader = openRecording(file);
      expect(reader.summary.files).to.be.greaterThan(2);
      expect(reader.summary.samples).to.equal(200);
      const times = [...reader.blocksFrom(-Infinity)].flatMap(({ ticks }) =>
        ticks.map(({ timeMs }) => timeMs),
      );
      expect(times).to.deep.equal(Array.from({ length: 100 }, (_, tick) => BEGIN_MS + tick * 1_000));
      reader.close();
    }));

  it('beyond the number that is kept are removed, oldest first', () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'a.rec');
      await writeRecording(file, { ticks: 100, rotation: { maxAgeMs: 9_000, keep: 2 } });
      const { summary, close } = openRecording(file);
      close();
      expect(summary.files).to.equal(3);
      expect(summary.toMs).to.equal(BEGIN_MS + 99_000);
      expect(summary.fromMs).to.be.greaterThan(BEGIN_MS + 50_000);
    }));
});
