import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { BehaviorSubject } from 'rxjs';

import { logTail } from '../../../src/cli/top/top-log-tail.ts';
import type { LogTail } from '../../../src/cli/top/log-view.ts';
import { recorder } from '../../support/stats-deps.ts';
import { until } from '../../support/until.ts';

describe('logTail', () => {
  let directory: string;
  before(async () => (directory = await mkdtemp(join(tmpdir(), 'rkt-streams-tail-'))));
  after(() => rm(directory, { recursive: true }));

  it('reads the end of a file again and again, and then that of another one', async () => {
    const log = join(directory, 'log');
    const fifo = join(directory, 'fifo');
    await writeFile(log, `${'x'.repeat(70_000)}\nlast\n`);
    execFileSync('mkfifo', [fifo]);
    const pathSubject = new BehaviorSubject<string | undefined>(undefined);
    const { seen, ends, observer } = recorder<LogTail>();
    const subscription = logTail(pathSubject).subscribe(observer);
    const last = (): string => {
      const tail = seen.at(-1);
      return tail?.kind === 'lines' ? tail.lines.join() : (tail?.reason ?? '');
    };
    expect(last()).to.equal('No output was read yet.');
    pathSubject.next(log);
    await until('the end was read', () => last() === 'last');
    await appendFile(log, 'more\n');
    await until('more was read', () => last() === 'last,more');
    pathSubject.next(fifo);
    await until('the pipe was left alone', () => last().includes('goes to a pipe'));
    pathSubject.next(join(directory, 'none'));
    await until('the absence is reported', () => last().includes('cannot be read: ENOENT'));
    subscription.unsubscribe();
    expect(ends).to.deep.equal([]);
  });
});
