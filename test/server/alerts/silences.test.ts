import { expect } from 'chai';
import { VirtualTimeScheduler } from 'rxjs';

import { openAlertJournal } from '../../../src/server/alerts/alert-journal.ts';
import { isMatched } from '../../../src/model/alert-matcher.ts';
import { createSilences, type Silences } from '../../../src/server/alerts/silences.ts';
import { silentLogger } from '../../../src/model/logger.ts';
import { expectRktRejection } from '../../support/errors.ts';

const WEB = { matchers: [{ name: 'task', value: 'web' }] };

describe('createSilences', () => {
  const open = async () => {
    const scheduler = new VirtualTimeScheduler();
    const silences = createSilences(await openAlertJournal(undefined, silentLogger), scheduler);
    return { scheduler, silences };
  };
  /** Runs all timers, and notes the time and the silences of web after each. */
  const changes = ({ scheduler, silences }: { scheduler: VirtualTimeScheduler; silences: Silences }) => {
    const noted: string[] = [];
    silences.changed$.subscribe(() =>
      noted.push(`${scheduler.frame} ${silences.silencedBy({ task: 'web' }).length}`),
    );
    scheduler.flush();
    return noted;
  };

  it('begin and end at their times', async () => {
    const opened = await open();
    await opened.silences.create({ ...WEB, startsAtMs: 100, endsAtMs: 300 });
    await opened.silences.create({ ...WEB, startsAtMs: 200, durationMs: 300 });
    expect(opened.silences.list().map(({ state }) => state)).to.deep.equal(['pending', 'pending']);
    expect(changes(opened)).to.deep.equal(['100 1', '200 2', '300 1', '500 0']);
    expect(opened.silences.list().map(({ state }) => state)).to.deep.equal(['expired', 'expired']);
  });

  it('last longer than a timer of Node can wait', async () => {
    const opened = await open();
    await opened.silences.create({ ...WEB, durationMs: 40 * 86_400_000 });
    expect(changes(opened).at(-1)).to.equal(`${40 * 86_400_000} 0`);
  });

  it('end when they are ended, and are listed until they are old', async () => {
    const { scheduler, silences } = await open();
    const { id } = await silences.create({ ...WEB, durationMs: 1_000, createdBy: 'ann', comment: 'deploy' });
    expect(silences.silencedBy({ task: 'web' })).to.deep.equal([id]);
    expect(silences.silencedBy({ task: 'other' })).to.deep.equal([]);
    expect(await silences.expire(id)).to.include({ state: 'expired', endsAtMs: 0, comment: 'deploy' });
    expect(silences.silencedBy({ task: 'web' })).to.deep.equal([]);
    expect(silences.list()).to.have.length(1);
    scheduler.frame = 6 * 86_400_000;
    expect(silences.list()).to.have.length(0);
    expect((await expectRktRejection(silences.expire(id))).code).to.equal('RKT_ERR_SILENCE_NOT_FOUND');
  });

  const WRONG: readonly (readonly [string, object, RegExp])[] = [
    ['no matcher', { matchers: [], durationMs: 1 }, /silence\.matchers/],
    [
      'matchers that match everything',
      { matchers: [{ name: 'task', value: '.*', isRegex: true }], durationMs: 1 },
      /would match every alert/,
    ],
    [
      'a pattern that is none',
      { matchers: [{ name: 'task', value: '(', isRegex: true }], durationMs: 1 },
      /regular/,
    ],
    ['no end', WEB, /needs one of endsAtMs and durationMs/],
    ['two ends', { ...WEB, durationMs: 1, endsAtMs: 5 }, /needs one of/],
    ['an end before its begin', { ...WEB, startsAtMs: 9, endsAtMs: 5 }, /ends before it begins/],
    ['a length of years', { ...WEB, endsAtMs: 1e15 }, /longer than a year/],
  ];
  for (const [what, input, message] of WRONG)
    it(`refuse ${what}`, async () => {
      const { silences } = await open();
      const error = await expectRktRejection(silences.create(input));
      expect(error.code).to.equal('RKT_ERR_REQUEST');
      expect(error.message).to.match(message);
    });
});

describe('isMatched', () => {
  const matcher = (more: object) => [{ name: 'job', value: 'api', isRegex: false, isEqual: true, ...more }];
  for (const [what, more, label, expected] of [
    ['an equal value', {}, 'api', true],
    ['another value', {}, 'apis', false],
    ['a whole pattern', { value: 'a.i', isRegex: true }, 'api', true],
    ['a part of a value by a pattern', { value: 'a.i', isRegex: true }, 'xapi', false],
    ['alternatives', { value: 'web|api', isRegex: true }, 'api', true],
    ['a value that is excluded', { isEqual: false }, 'api', false],
    ['a pattern that is excluded', { value: 'w.*', isRegex: true, isEqual: false }, 'api', true],
    ['an absent label as empty', { value: '' }, undefined, true],
  ] as const)
    it(`compares ${what}`, () => {
      expect(isMatched(matcher(more), label === undefined ? {} : { job: label })).to.equal(expected);
    });

  it('wants all matchers', () => {
    const both = [...matcher({}), ...matcher({ name: 'task', value: 'web' })];
    expect(isMatched(both, { job: 'api' })).to.equal(false);
    expect(isMatched(both, { job: 'api', task: 'web' })).to.equal(true);
  });
});
