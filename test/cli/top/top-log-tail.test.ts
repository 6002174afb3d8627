import { expect } from 'chai';
import { BehaviorSubject } from 'rxjs';

import { logTail, readLogTail, type ShownOutput } from '../../../src/cli/top/top-log-tail.ts';
import type { LogTail } from '../../../src/cli/top/log-view.ts';
import { RktError } from '../../../src/model/rkt-error.ts';
import { recorder } from '../../support/stats-deps.ts';
import { until } from '../../support/until.ts';

describe('logTail', () => {
  it('reads the end of an output again and again, and then that of another one', async () => {
    const contents = new Map([['web stdout', 'last\n']]);
    const asked: unknown[] = [];
    const read = readLogTail({
      async readTaskLog(taskId, { streams = [], tailBytes, write }) {
        asked.push([taskId, tailBytes]);
        const [stream = 'stdout'] = streams;
        const content = contents.get(`${taskId} ${stream}`);
        if (content === undefined) throw new RktError('RKT_ERR_LOGS', 'It goes to a pipe', { taskId });
        await write({ stream, bytes: Buffer.from(content) });
      },
    });
    const outputSubject = new BehaviorSubject<ShownOutput | undefined>(undefined);
    const { seen, ends, observer } = recorder<LogTail>();
    const subscription = logTail(read, outputSubject).subscribe(observer);
    const last = (): string => {
      const tail = seen.at(-1);
      return tail?.kind === 'lines' ? tail.lines.join() : (tail?.reason ?? '');
    };
    expect(last()).to.equal('No output was read yet.');
    outputSubject.next({ taskId: 'web', stream: 'stdout' });
    await until('the end was read', () => last() === 'last');
    contents.set('web stdout', 'last\nmore\n');
    await until('more was read', () => last() === 'last,more');
    outputSubject.next({ taskId: 'web', stream: 'stderr' });
    await until('the absence is reported', () => last() === 'The output cannot be read: It goes to a pipe');
    subscription.unsubscribe();
    expect(ends).to.deep.equal([]);
    expect(asked[0]).to.deep.equal(['web', 65_536]);
  });
});
