import { constants } from 'node:os';

import { expect } from 'chai';

import { signalName, signalNumber } from '../../src/model/signals.ts';

describe('signalNumber', () => {
  for (const [name, number] of [
    ['SIGTERM', 15],
    ['TERM', 15],
    ['sigterm', 15],
    ['Kill', 9],
    ['SIGUSR1', 10],
    ['', undefined],
    ['SIG', undefined],
    ['SIGNOPE', undefined],
    ['15', undefined],
    ['toString', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ] as const) {
    it(`takes "${name}" for ${number ?? 'no signal'}`, () => {
      expect(signalNumber(name)).to.equal(number);
    });
  }
});

describe('signalName', () => {
  it('gives the name of a number', () => {
    expect(signalName(9)).to.equal('SIGKILL');
    expect(signalName(15)).to.equal('SIGTERM');
  });

  it('gives nothing for a number that is no signal', () => {
    expect([0, -1, 64.5, 999].map(signalName)).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it('is undone by signalNumber for each signal', () => {
    for (let number = 1; number <= 31; number += 1) {
      const name = signalName(number);
      expect(name === undefined ? undefined : signalNumber(name), String(number)).to.equal(number);
    }
  });
});

describe('the table of signals', () => {
  it('has the numbers of this machine', () => {
    for (const [name, number] of Object.entries(constants.signals))
      expect(signalNumber(name), name).to.equal(number);
  });
});
