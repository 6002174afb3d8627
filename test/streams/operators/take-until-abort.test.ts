import { getEventListeners } from 'node:events';

import { expect } from 'chai';
import { EMPTY, NEVER, Subject } from 'rxjs';

import { takeUntilAbort } from '../../../src/streams/operators/take-until-abort.ts';
import { marbles } from '../../support/marbles.ts';

describe('takeUntilAbort', () => {
  it('leaves the stream as it is without a signal', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b-|').pipe(takeUntilAbort(undefined))).toBe('-a-b-|');
      expectObservable(cold('-a-#').pipe(takeUntilAbort(undefined))).toBe('-a-#');
    });
  });

  it('leaves the stream as it is with a signal that is never aborted', () => {
    marbles(({ cold, expectObservable }) => {
      const { signal } = new AbortController();
      expectObservable(NEVER.pipe(takeUntilAbort(signal))).toBe('-');
      expectObservable(EMPTY.pipe(takeUntilAbort(signal))).toBe('|');
      expectObservable(cold('a|').pipe(takeUntilAbort(signal))).toBe('a|');
      expectObservable(cold('-a-#').pipe(takeUntilAbort(signal))).toBe('-a-#');
    });
  });

  it('completes at the abort and unsubscribes from the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const controller = new AbortController();
      scheduler.schedule(() => controller.abort(), 4);
      const source$ = cold('                                        -a-b-c-|');
      expectObservable(source$.pipe(takeUntilAbort(controller.signal))).toBe('-a-b|');
      expectSubscriptions(source$.subscriptions).toBe('             ^---!');
    });
  });

  it('does not subscribe to the source when the signal was aborted before', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a');
      expectObservable(source$.pipe(takeUntilAbort(AbortSignal.abort()))).toBe('|');
      expectSubscriptions(source$.subscriptions).toBe([]);
    });
  });

  it('takes its listener off the signal when the subscriber leaves', () => {
    const { signal } = new AbortController();
    const subscription = new Subject().pipe(takeUntilAbort(signal)).subscribe();
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    subscription.unsubscribe();
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });
});
