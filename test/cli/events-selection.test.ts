import { expect } from 'chai';

import { eventFilter, timeMs } from '../../src/cli/events-selection.ts';
import { taskFilter } from '../../src/cli/task-filters.ts';
import type { TaskEvent } from '../../src/model/task-event.ts';
import { expectRktError } from '../support/errors.ts';
import { aTaskStatus } from '../support/task-statuses.ts';

describe('eventFilter', () => {
  const event = { kind: 'exited', taskId: 'web-1', taskName: 'web' } as TaskEvent;
  const cases: readonly (readonly [readonly string[], boolean])[] = [
    [[], true],
    [['event=exited'], true],
    [['event=die'], true],
    [['event=start'], false],
    [['event=start', 'event=die'], true],
    [['event=die', 'container=web'], true],
    [['event=die', 'container=db'], false],
    [['type=container'], true],
  ];
  cases.forEach(([filters, isKept]) => {
    it(`${filters.join(' ')}: ${isKept}`, () => expect(eventFilter(filters)(event)).to.equal(isKept));
  });

  ['event=nope', 'nope=1', 'event', 'type=image', 'toString=1'].forEach((text) => {
    it(`refuses ${text}`, () => {
      expect(expectRktError(() => eventFilter([text]), 'RKT_ERR_OPTIONS').message).to.include('--filter');
    });
  });
});

describe('timeMs', () => {
  it('reads durations ago, dates and seconds', () => {
    expect(timeMs('1700000000')).to.equal(1_700_000_000_000);
    expect(timeMs('2026-01-31T12:00:00Z')).to.equal(Date.UTC(2026, 0, 31, 12));
    const before = Date.now();
    expect(timeMs('10m')).to.be.within(before - 600_000, Date.now() - 600_000);
    expect(() => timeMs('soon')).to.throw('A time is a duration ago');
  });
});

describe('taskFilter', () => {
  const task = aTaskStatus('web-1', {
    name: 'web',
    image: 'example.com/web:1.2',
    labels: { app: 'x' },
    phase: 'exited',
  });
  const cases: readonly (readonly [readonly string[], boolean])[] = [
    [['id=web'], true],
    [['id=eb'], false],
    [['name=eb'], true],
    [['status=exited'], true],
    [['status=running'], false],
    [['status=running', 'status=exited'], true],
    [['label=app'], true],
    [['label=app=x', 'name=web'], true],
    [['label=app=y'], false],
    [['label=toString'], false],
    [['ancestor=example.com/web'], true],
    [['ancestor=example.com/web:1.2'], true],
    [['ancestor=web'], false],
    [['exited=0'], false],
  ];
  cases.forEach(([filters, isKept]) => {
    it(`${filters.join(' ')}: ${isKept}`, () => expect(taskFilter(filters).matches(task)).to.equal(isKept));
  });

  it('lists tasks that have exited when a state is named', () => {
    expect(taskFilter(['status=exited']).namesState).to.equal(true);
    expect(taskFilter(['name=x']).namesState).to.equal(false);
  });

  ['status=nope', 'nope=1', 'name='].forEach((text) => {
    it(`refuses ${text}`, () => {
      expect(expectRktError(() => taskFilter([text]), 'RKT_ERR_OPTIONS').message).to.include(
        `--filter ${text}`,
      );
    });
  });
});
