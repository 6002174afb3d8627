import { expect } from 'chai';
import fc from 'fast-check';

import { boundedBuffer } from '../../../src/streams/operators/bounded-buffer.ts';

describe('boundedBuffer', () => {
  it('gives values back in the order they came', () => {
    const buffer = boundedBuffer<string>(3);
    buffer.push('a');
    buffer.push('b');
    expect([buffer.shift(), buffer.shift(), buffer.shift()]).to.deep.equal(['a', 'b', undefined]);
    expect(buffer.size).to.equal(0);
  });

  it('forgets the oldest value when it is full, and says so', () => {
    const drops: [string, number][] = [];
    const buffer = boundedBuffer<string>(2, (value, count) => drops.push([value, count]));
    for (const value of ['a', 'b', 'c', 'd']) buffer.push(value);
    expect(drops).to.deep.equal([
      ['a', 1],
      ['b', 2],
    ]);
    expect(buffer.dropped).to.equal(2);
    expect([buffer.shift(), buffer.shift()]).to.deep.equal(['c', 'd']);
  });

  it('keeps undefined apart from nothing', () => {
    const buffer = boundedBuffer<undefined>(2);
    buffer.push(undefined);
    expect(buffer.size).to.equal(1);
    buffer.shift();
    expect(buffer.size).to.equal(0);
  });

  for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses the limit ${limit}`, () => {
      expect(() => boundedBuffer(limit)).to.throw(RangeError, String(limit));
    });
  }

  it('behaves like an array cut at the front', () => {
    const step = fc.oneof(fc.integer(), fc.constant('shift' as const));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const buffer = boundedBuffer<number>(limit);
        let model: readonly number[] = [];
        for (const one of steps) {
          if (one === 'shift') {
            expect(buffer.shift()).to.equal(model[0]);
            model = model.slice(1);
          } else {
            buffer.push(one);
            model = [...model, one].slice(-limit);
          }
          expect(buffer.size).to.equal(model.length);
        }
      }),
    );
  });
});
