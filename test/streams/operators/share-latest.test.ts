import { NEVER } from 'rxjs';

import { shareLatest } from '../../../src/streams/operators/share-latest.ts';
import { marbles } from '../../support/marbles.ts';

describe('shareLatest', () => {
  it('stays silent with a source that never emits', () => {
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(NEVER.pipe(shareLatest({ scheduler }))).toBe('-');
    });
  });

  it('completes with an empty source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('--|');
      expectObservable(source$.pipe(shareLatest({ scheduler }))).toBe('--|');
      expectSubscriptions(source$.subscriptions).toBe('  ^-!');
    });
  });

  it('passes on a single value', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('(a|)').pipe(shareLatest({ scheduler }))).toBe('(a|)');
    });
  });

  it('subscribes to the source once for many subscribers', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('   -a-b-c-|');
      const shared$ = source$.pipe(shareLatest({ scheduler }));
      expectObservable(shared$).toBe('          -a-b-c-|');
      expectObservable(shared$, '----^').toBe(' ----bc-|');
      expectSubscriptions(source$.subscriptions).toBe('^------!');
    });
  });

  it('gives a newcomer nothing before a slow source has emitted', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const shared$ = cold('         20ms a|').pipe(shareLatest({ scheduler }));
      expectObservable(shared$).toBe('         20ms a|');
      expectObservable(shared$, '----^').toBe('20ms a|');
    });
  });

  it('passes an error to everybody and starts anew for the next', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                      -a-#');
      const shared$ = source$.pipe(shareLatest({ scheduler }));
      expectObservable(shared$).toBe('            -a-#');
      expectObservable(shared$, '--^').toBe('     --a#');
      expectObservable(shared$, '------^').toBe(' -------a-#');
      expectSubscriptions(source$.subscriptions).toBe(['^--!', '------^--!']);
    });
  });

  it('starts anew after a completion', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                  -a|');
      const shared$ = source$.pipe(shareLatest({ scheduler }));
      expectObservable(shared$).toBe('        -a|');
      expectObservable(shared$, '----^').toBe('-----a|');
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '----^-!']);
    });
  });

  it('stops the source when the delay after the last leaver is over', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                    -a-b-c-d-e-f');
      const shared$ = source$.pipe(shareLatest({ scheduler, resetDelayMs: 3 }));
      expectObservable(shared$, '^-!').toBe('   -a');
      expectObservable(shared$, '^---!').toBe(' -a-b');
      expectSubscriptions(source$.subscriptions).toBe('^------!');
    });
  });

  it('keeps the source and its latest value for who comes back within the delay', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                          -a-b-c-d-e-f');
      const shared$ = source$.pipe(shareLatest({ scheduler, resetDelayMs: 3 }));
      expectObservable(shared$, '^---!').toBe('       -a-b');
      expectObservable(shared$, '------^--!').toBe('  ------cd');
      expectSubscriptions(source$.subscriptions).toBe('^-----------!');
    });
  });

  it('forgets the latest value when the source was stopped', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                             -a-b-c-d-e-f');
      const shared$ = source$.pipe(shareLatest({ scheduler, resetDelayMs: 3 }));
      expectObservable(shared$, '^---!').toBe('          -a-b');
      expectObservable(shared$, '---------^-!').toBe('   ----------a');
      expectSubscriptions(source$.subscriptions).toBe(['^------!', '---------^----!']);
    });
  });

  it('stops at once with a delay of 0', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('                    -a-b-c');
      const shared$ = source$.pipe(shareLatest({ scheduler, resetDelayMs: 0 }));
      expectObservable(shared$, '^-!').toBe('   -a');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });
});
