import { expect } from 'chai';

import { matcherText, parseMatcher } from '../../../src/model/alert-matcher.ts';
import { createSilenceList, matchersFor, readMatchers } from '../../../src/server/web/logic/silence-list.ts';

describe('silences of the page', () => {
  const labels = { alertname: 'crash', task_id: 'a1/web/2', task: 'web', job: 'shop', instance: 'node' };
  const silence = {
    id: 's',
    matchers: [{ name: 'job', value: 'shop', isRegex: false, isEqual: true }],
    startsAtMs: 1_000,
    endsAtMs: 2_000,
    createdBy: '',
    comment: '',
    state: 'pending',
  } as const;

  it('are for one task, and for all tasks of a crash loop', () => {
    expect(matchersFor({ rule: 'crash', labels })).to.equal('alertname=crash\ntask_id=a1/web/2');
    expect(matchersFor({ rule: 'crash loop', labels })).to.equal('alertname=crash\njob=shop\ntask=web');
    const { alertname, task_id } = labels;
    const unnamed = { rule: 'crash loop', labels: { alertname, task_id } };
    expect(matchersFor(unnamed)).to.equal('alertname=crash\ntask_id=a1/web/2');
  });

  it('are read line by line, and written as they were read', () => {
    const text = 'job=~api|web\n\ntask!=a=b\n task_id!~x.*';
    expect(readMatchers(text).map(matcherText)).to.deep.equal(['job=~api|web', 'task!=a=b', 'task_id!~x.*']);
    expect(parseMatcher('no matcher')).to.equal(undefined);
    for (const [wrong, message] of [
      ['', /at least one/],
      ['job', /job is not label=value/],
      ['job=~(', /\( is not a regular expression/],
    ] as const)
      expect(() => readMatchers(wrong)).to.throw(message);
  });

  it('begin and end by the clock, without another list', () => {
    const list = createSilenceList();
    list.set([silence]);
    const at = (nowMs: number) => [list.at(nowMs)[0]?.state, list.of(labels, nowMs).length];
    expect([at(999), at(1_000), at(1_999), at(2_000)]).to.deep.equal([
      ['pending', 0],
      ['active', 1],
      ['active', 1],
      ['expired', 0],
    ]);
    expect(list.of({ job: 'other' }, 1_500)).to.deep.equal([]);
  });
});
