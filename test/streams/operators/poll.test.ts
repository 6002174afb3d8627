import { expect } from 'chai';
import { EMPTY, NEVER, defer, of, throwError } from 'rxjs';

import { poll } from '../../../src/streams/operators/poll.ts';
import { marbles } from '../../support/marbles.ts';

describe('poll', () => {
  it('works at once and then every interval', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const polled$ = poll(() => cold('-a|'), { intervalMs: 5, scheduler });
      expectObservable(polled$, '^-----------!').toBe('-a----a----a');
    });
  });

  it('waits before the first round when reported to', () => {
    marbles(({ expectObservable }, scheduler) => {
      const polled$ = poll(() => of('a'), { intervalMs: 5, initialDelayMs: 2, scheduler });
      expectObservable(polled$, '^---------!').toBe('--a----a');
    });
  });

  it('goes on after rounds without a value', () => {
    marbles(({ expectObservable }, scheduler) => {
      const rounds = [EMPTY, of('a'), EMPTY, of('b')];
      const polled$ = poll(() => rounds.shift() ?? EMPTY, { intervalMs: 2, scheduler });
      expectObservable(polled$, '^--------!').toBe('--a---b');
    });
  });

  it('passes on every value of a round', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const polled$ = poll(() => cold('-ab|'), { intervalMs: 5, scheduler });
      expectObservable(polled$, '^-------!').toBe('-ab---ab');
    });
  });

  it('skips the ticks that find a round running', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const round$ = cold('-------a|');
      const polled$ = poll(() => round$, { intervalMs: 3, scheduler });
      expectObservable(polled$, '^------------------!').toBe('-------a--------a');
      expectSubscriptions(round$.subscriptions).toBe([
        '^-------!',
        '---------^-------!',
        '------------------^!',
      ]);
    });
  });

  it('never starts a second round while the first never ends', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      let rounds = 0;
      const work = () => {
        rounds += 1;
        return NEVER;
      };
      const polled$ = poll(work, { intervalMs: 2, scheduler });
      expectObservable(polled$, '^---------!').toBe('-');
      flush();
      expect(rounds).to.equal(1);
    });
  });

  it('ends with the first failure when no one takes errors', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(poll(() => cold('-a-#'), { intervalMs: 5, scheduler })).toBe('-a-#');
    });
  });

  it('reports failures and goes on', () => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const errors: unknown[] = [];
      const rounds = [cold('-#', {}, 'first'), cold('-a|'), cold('-#', {}, 'second'), cold('-b|')];
      const polled$ = poll<string>(() => rounds.shift() ?? NEVER, {
        intervalMs: 3,
        scheduler,
        onError: (error) => errors.push(error),
      });
      expectObservable(polled$, '^-----------!').toBe('----a-----b');
      flush();
      expect(errors).to.deep.equal(['first', 'second']);
    });
  });

  it('treats work that throws like work that fails', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const errors: unknown[] = [];
      const work = (): never => {
        throw new Error('broken');
      };
      const polled$ = poll(work, { intervalMs: 2, scheduler, onError: (error) => errors.push(error) });
      expectObservable(polled$, '^---!').toBe('-');
      flush();
      expect(errors).to.have.length(2);
    });
  });

  it('ends with what onError throws', () => {
    marbles(({ expectObservable }, scheduler) => {
      const polled$ = poll(() => throwError(() => new Error('no answer')), {
        intervalMs: 2,
        scheduler,
        onError: (error) => {
          throw new Error('given up', { cause: error });
        },
      });
      expectObservable(polled$).toBe('#', {}, new Error('given up'));
    });
  });

  it('stops ticker and running round when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const round$ = cold('---a|');
      expectObservable(
        poll(() => round$, { intervalMs: 6, scheduler }),
        '^-------!',
      ).toBe('---a');
      expectSubscriptions(round$.subscriptions).toBe(['^---!', '------^-!']);
    });
  });

  it('starts over for each subscriber', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const polled$ = poll(() => defer(() => cold('---a|')), { intervalMs: 2, scheduler });
      expectObservable(polled$, '^----!').toBe('---a');
      expectObservable(polled$, '----------^----!').toBe('-------------a');
    });
  });
});
