import { expect } from 'chai';

import { isGlobalUnicast } from '../../src/ops/ip-address.ts';

const REACHABLE = [
  '172.31.0.3',
  '10.0.0.1',
  '192.168.1.1',
  '8.8.8.8',
  '223.255.255.254',
  '2001:db8::1',
  'fd00::1',
];
const UNREACHABLE = [
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.0.1', '169.254.1.1', '224.0.0.1', '239.1.1.1'],
  ...['255.255.255.255', '::', '::1', 'fe80::1', 'ff02::1'],
  ...['', 'localhost', '10.0.0', '10.0.0.256', '10.0.0.1/16'],
];

describe('isGlobalUnicast', () => {
  for (const address of REACHABLE) {
    it(`takes ${address}`, () => {
      expect(isGlobalUnicast(address)).to.equal(true);
    });
  }

  for (const address of UNREACHABLE) {
    it(`refuses ${JSON.stringify(address)}`, () => {
      expect(isGlobalUnicast(address)).to.equal(false);
    });
  }
});
