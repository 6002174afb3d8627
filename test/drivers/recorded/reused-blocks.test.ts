import { join } from 'node:path';

import { expect } from 'chai';

import { openRecording } from '../../../src/drivers/recorded/recording-reader.ts';
import { openWriter } from '../../../src/drivers/recorded/recording-writer.ts';
import { samplesOf, tickOf, type RecordedTick } from '../../../src/drivers/recorded/stats-rows.ts';
import { DEFAULT_FIELD_GROUPS, groupMask } from '../../../src/model/field-groups.ts';
import { BEGIN_MS, status, withDirectory } from './write-recording.ts';
import { workingSample } from './random-ticks.ts';

const GROUPS = groupMask(DEFAULT_FIELD_GROUPS);
const textOf = (tick: RecordedTick): string => JSON.stringify([tick.timeMs, samplesOf(tick, GROUPS)]);

/** Blocks whose tasks come and go, some without a sample, in several groups. */
async function write(file: string): Promise<void> {
  const writer = await openWriter(file, { maxBytes: Infinity, maxAgeMs: Infinity });
  for (let block = 0; block < 300; block += 1) {
    const ids = ['web', 'db', 'queue', 'mail'].slice(0, 1 + (Math.floor(block / 5) % 4));
    const timeMs = BEGIN_MS + block * 4_000;
    const documents = [{ kind: 'tasks', timeMs, value: ids.map((id) => status(id)) }] as const;
    const ticks = Array.from({ length: block % 7 === 0 ? 0 : 3 }, (_, tick) => {
      const at = timeMs + tick * 1_000;
      return tickOf(
        at,
        ids.map((id, index) => workingSample(id, block * 3 + tick, at, index)),
      );
    });
    await writer.append({ documents, ticks }, () => []);
  }
  await writer.close();
}

describe('blocks whose memory is used again', () => {
  it('have the same values until the second next one is read', () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'demo.rec');
      await write(file);
      const reader = openRecording(file);
      const kept = [...reader.blocksFrom(-Infinity)].flatMap(({ ticks }) => ticks.map(textOf));
      const reused: string[] = [];
      let before: readonly RecordedTick[] = [];
      for (const { ticks } of reader.blocksFrom(-Infinity, true)) {
        // The next block is read already, as by a replay that looks at the time of its next record.
        reused.push(...before.map(textOf));
        before = ticks;
      }
      reused.push(...before.map(textOf));
      reader.close();
      expect(kept.length).to.be.greaterThan(700);
      expect(reused).to.deep.equal(kept);
    }));
});
