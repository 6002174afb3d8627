import { expect } from 'chai';

import { createSerialDelivery } from '../../src/registry/serial-delivery.ts';

describe('createSerialDelivery', () => {
  it('delivers at once when nothing is being delivered', () => {
    const seen: string[] = [];
    createSerialDelivery()(() => seen.push('a'));
    expect(seen).to.deep.equal(['a']);
  });

  it('puts a delivery from inside another one behind it', () => {
    const seen: string[] = [];
    const deliver = createSerialDelivery();
    deliver(() => {
      deliver(() => {
        deliver(() => seen.push('c'));
        seen.push('b');
      });
      seen.push('a');
    });
    expect(seen).to.deep.equal(['a', 'b', 'c']);
  });

  it('goes on after a delivery that throws', () => {
    const seen: string[] = [];
    const deliver = createSerialDelivery();
    const failing = (): never => {
      deliver(() => seen.push('a'));
      throw new Error('broken');
    };
    expect(() => deliver(failing)).to.throw('broken');
    deliver(() => seen.push('b'));
    expect(seen).to.deep.equal(['a', 'b']);
  });
});
