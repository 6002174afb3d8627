import { expect } from 'chai';
import { EMPTY, NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';

import { toAsyncIterable } from '../../../src/streams/operators/to-async-iterable.ts';

const broken = new Error('broken');

async function collect<T>(iterable: AsyncIterable<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of iterable) values.push(value);
  return values;
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('was fulfilled'),
    (error: unknown) => error,
  );
}

describe('toAsyncIterable', () => {
  it('ends at once with an empty source', async () => {
    expect(await collect(toAsyncIterable(EMPTY))).to.deep.equal([]);
  });

  it('gives one value and ends', async () => {
    expect(await collect(toAsyncIterable(of('a')))).to.deep.equal(['a']);
  });

  it('gives many values in order', async () => {
    expect(await collect(toAsyncIterable(of(1, 2, 3)))).to.deep.equal([1, 2, 3]);
  });

  it('gives values that come later to those who already wait', async () => {
    const subject = new Subject<string>();
    const iterator = toAsyncIterable(subject)[Symbol.asyncIterator]();
    const waiting = [iterator.next(), iterator.next(), iterator.next()];
    subject.next('a');
    subject.next('b');
    subject.complete();
    expect(await Promise.all(waiting)).to.deep.equal([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
      { done: true, value: undefined },
    ]);
  });

  it('does not subscribe before iteration begins, and once for each iterator', async () => {
    let subscriptions = 0;
    const source$ = new Observable<number>((subscriber) => {
      subscriptions += 1;
      subscriber.next(subscriptions);
      subscriber.complete();
    });
    const iterable = toAsyncIterable(source$);
    iterable[Symbol.asyncIterator]();
    expect(subscriptions).to.equal(0);
    expect(await collect(iterable)).to.deep.equal([1]);
    expect(await collect(iterable)).to.deep.equal([2]);
  });

  it('delivers what waits before the error, and the error once', async () => {
    const iterator = toAsyncIterable(
      concat(
        of('a', 'b'),
        throwError(() => broken),
      ),
    )[Symbol.asyncIterator]();
    expect(await iterator.next()).to.deep.equal({ done: false, value: 'a' });
    expect(await iterator.next()).to.deep.equal({ done: false, value: 'b' });
    expect(await reasonOf(iterator.next())).to.equal(broken);
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('rejects the first who waits when the source fails, and ends the others', async () => {
    const subject = new Subject<string>();
    const iterator = toAsyncIterable(subject)[Symbol.asyncIterator]();
    const first = reasonOf(iterator.next());
    const second = iterator.next();
    subject.error(broken);
    expect(await first).to.equal(broken);
    expect(await second).to.deep.equal({ done: true, value: undefined });
  });

  it('drops the oldest values for a consumer that is too slow, and counts them', async () => {
    const drops: [number, number][] = [];
    const subject = new Subject<number>();
    const iterable = toAsyncIterable(subject, {
      limit: 2,
      onDrop: (value, count) => drops.push([value, count]),
    });
    const iterator = iterable[Symbol.asyncIterator]();
    const first = iterator.next();
    [1, 2, 3, 4, 5].forEach((value) => subject.next(value));
    subject.complete();
    expect((await first).value).to.equal(1);
    expect((await iterator.next()).value).to.equal(4);
    expect((await iterator.next()).value).to.equal(5);
    expect((await iterator.next()).done).to.equal(true);
    expect(drops).to.deep.equal([
      [2, 1],
      [3, 2],
    ]);
  });

  it('unsubscribes when the loop is left', async () => {
    const subject = new Subject<string>();
    const loop = (async () => {
      for await (const value of toAsyncIterable(subject)) if (value === 'b') break;
    })();
    expect(subject.observed).to.equal(true);
    ['a', 'b', 'c'].forEach((value) => subject.next(value));
    await loop;
    expect(subject.observed).to.equal(false);
  });

  it('ends those who wait for a source that never emits, when the iterator is closed', async () => {
    const iterator = toAsyncIterable(NEVER)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).to.deep.equal({ done: true, value: undefined });
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
  });
});
