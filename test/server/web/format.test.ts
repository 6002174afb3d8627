import { expect } from 'chai';

import {
  absoluteText,
  bytesText,
  clockText,
  cpuText,
  countText,
  durationText,
  networkText,
  percentText,
} from '../../../src/server/web/logic/format.ts';

describe('texts of the page', () => {
  const CASES: readonly (readonly [string, string])[] = [
    [bytesText(0), '0 B'],
    [bytesText(999), '999 B'],
    [bytesText(1_000), '1.0 KiB'],
    [bytesText(64 * 2 ** 20), '64.0 MiB'],
    [bytesText(250 * 2 ** 20), '250 MiB'],
    [bytesText(-1_536), '-1.5 KiB'],
    [bytesText(2 ** 61), '2097152 TiB'],
    [cpuText(0.5, undefined), '50.0% of one core'],
    [cpuText(0.0003, undefined), '<0.1% of one core'],
    [cpuText(0.5, '0'), '50.0% of 100% (core 0)'],
    [cpuText(undefined, '0-1,3'), '– of 300% (cores 0-1,3)'],
    [percentText(0.372), '37%'],
    [countText(3), '3'],
    [durationText(0), '0s'],
    [durationText(12_900), '12s'],
    [durationText(125_000), '2m 05s'],
    [durationText(7_260_000), '2h 01m'],
    [durationText(90_000_000), '1d 01h'],
    [durationText(-5), '0s'],
  ];
  for (const [text, expected] of CASES) {
    it(`says ${expected}`, () => expect(text).to.equal(expected));
  }

  it('says a dash for what was not measured', () => {
    const texts = [bytesText, percentText, countText, durationText].flatMap((text) => [
      text(undefined),
      text(NaN),
    ]);
    expect(new Set([...texts, absoluteText(undefined)])).to.deep.equal(new Set(['–']));
  });

  it('reports times of the day, and dates for hovering', () => {
    const time = new Date(2026, 2, 4, 5, 6, 7).getTime();
    expect(clockText(time)).to.equal('05:06:07');
    expect(absoluteText(time)).to.equal('2026-03-04 05:06:07');
  });
});

describe('networkText', () => {
  it('is the address of a pod and its ports by label', () => {
    const network = { ip: '172.16.28.9', portMap: {}, autoAdvertise: false };
    expect(networkText(network)).to.equal('172.16.28.9');
    const portMap = { http: 80, admin: 8080 };
    expect(networkText({ ...network, portMap })).to.equal('172.16.28.9, ports http 80, admin 8080');
  });

  it('claims no network for a pod without an address: it can be that of the host, of a group, or none', () => {
    expect(networkText(undefined)).to.equal('no address of its own');
  });
});
