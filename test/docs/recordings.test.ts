import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';

import { withDirectory, writeRecording } from '../drivers/recorded/write-recording.ts';

const RECORDED = new URL('../../src/drivers/recorded/index.ts', import.meta.url).href;

describe('the program in docs/recordings.md', function () {
  this.timeout(60_000);

  it('prints the peaks of a recording', () =>
    withDirectory(async (directory) => {
      const page = readFileSync('docs/recordings.md', 'utf8');
      const code = /^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
      const program = join(directory, 'program.mts');
      const linked = code
        .replace("'rkt-streams/recorded'", JSON.stringify(RECORDED))
        .replace("'rxjs'", JSON.stringify(import.meta.resolve('rxjs')));
      writeFileSync(program, linked);
      const file = join(directory, 'a.rec');
      await writeRecording(file, { taskIds: ['web', 'db'], ticks: 30 });
      const { peaks } = (await import(pathToFileURL(program).href)) as {
        peaks: (file: string) => Promise<ReadonlyMap<string, number>>;
      };
      const found = await peaks(file);
      expect([...found.keys()]).to.deep.equal(['web', 'db']);
      expect(found.get('web')).to.be.within(50, 100);
    }));
});
