import { expect } from 'chai';
import { Subject, VirtualTimeScheduler } from 'rxjs';

import { inSlices } from '../../src/ops/in-slices.ts';
import { marbles } from '../support/marbles.ts';

/** A subscriber whose work takes 3 ms a value, on a clock that only work moves. */
function worker(): { readonly clock: () => number; readonly work: (value: string) => string } {
  let nowMs = 0;
  return {
    clock: () => nowMs,
    work: (value) => {
      nowMs += 3;
      return value;
    },
  };
}

describe('inSlices', () => {
  it('passes on at once what comes one by one', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const source$ = cold('a-b--(c|)');
      expectObservable(source$.pipe(inSlices({ sliceMs: 5, scheduler }))).toBe('a-b--(c|)');
    });
  });

  it('stays silent, fails and completes as its source does', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const slices = inSlices<string>({ sliceMs: 5, scheduler });
      expectObservable(cold('-').pipe(slices)).toBe('-');
      expectObservable(cold('--|').pipe(slices)).toBe('--|');
      expectObservable(cold('a-#').pipe(slices)).toBe('a-#');
    });
  });

  /** What was passed on in each turn, of `values` that all come in the first. */
  function turnsOf(values: string): string {
    const scheduler = new VirtualTimeScheduler();
    const { clock, work } = worker();
    const source = new Subject<string>();
    const passed: string[] = [];
    source
      .pipe(inSlices({ sliceMs: 5, scheduler, workClock: clock }))
      .subscribe({ next: (value) => passed.push(work(value)), complete: () => passed.push('.') });
    for (const value of values) source.next(value);
    source.complete();
    const turns = [passed.splice(0).join('')];
    while (scheduler.actions.length > 0) {
      const [action] = scheduler.actions.splice(0, 1);
      action?.execute(undefined, 0);
      turns.push(passed.splice(0).join(''));
    }
    return turns.join(' ').trimEnd();
  }

  it('leaves to the next turns of the event loop what does not fit in a slice, in order', () => {
    expect(turnsOf('')).to.equal('.');
    expect(turnsOf('ab')).to.equal('ab.');
    expect(turnsOf('abcdefg')).to.equal('ab cd ef g.');
  });

  it('lets what comes meanwhile wait behind what waits already', () => {
    const scheduler = new VirtualTimeScheduler();
    const { clock, work } = worker();
    const source = new Subject<string>();
    const passed: string[] = [];
    source.pipe(inSlices({ sliceMs: 3, scheduler, workClock: clock })).subscribe((value) => {
      passed.push(work(value));
      if (value === 'b') source.next('d');
    });
    for (const value of 'abc') source.next(value);
    scheduler.flush();
    expect(passed.join('')).to.equal('abcd');
  });

  it('passes nothing on, and has no timer, after it was unsubscribed midway', () => {
    const scheduler = new VirtualTimeScheduler();
    const { clock, work } = worker();
    const source = new Subject<string>();
    const passed: string[] = [];
    const slices$ = source.pipe(inSlices({ sliceMs: 3, scheduler, workClock: clock }));
    const first = slices$.subscribe((value) => passed.push(work(value)));
    for (const value of 'abc') source.next(value);
    first.unsubscribe();
    scheduler.flush();
    expect(passed.join('')).to.equal('a');
    expect(source.observed).to.equal(false);
    slices$.subscribe((value) => passed.push(value));
    source.next('x');
    expect(passed.join('')).to.equal('ax');
  });
});
