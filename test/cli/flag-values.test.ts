import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';

import {
  collect,
  collectList,
  count,
  cpuList,
  durationMs,
  signal,
  sizeBytes,
} from '../../src/cli/flag-values.ts';

describe('the values of flags', () => {
  const good: readonly (readonly [string, (text: string) => unknown, string, unknown])[] = [
    ['a size', sizeBytes, '4096', 4096],
    ['a size', sizeBytes, '1.5k', 1_500],
    ['a size', sizeBytes, '2K', 2_000],
    ['a size', sizeBytes, '64M', 64_000_000],
    ['a size', sizeBytes, '1G', 1_000_000_000],
    ['a size', sizeBytes, '1Ki', 1_024],
    ['a size', sizeBytes, '64Mi', 67_108_864],
    ['a size', sizeBytes, '2Gi', 2_147_483_648],
    ['a duration', durationMs('s'), '10', 10_000],
    ['a duration', durationMs('s'), '0', 0],
    ['a duration', durationMs('ms'), '10', 10],
    ['a duration', durationMs('s'), '250ms', 250],
    ['a duration', durationMs('ms'), '1.5s', 1_500],
    ['a duration', durationMs('ms'), '2m', 120_000],
    ['a duration', durationMs('ms'), '1h', 3_600_000],
    ['a count', count, '12', 12],
    ['a list of cores', cpuList, '0-1,3', '0-1,3'],
    ['a signal', signal, 'TERM', 'SIGTERM'],
    ['a signal', signal, 'sigusr1', 'SIGUSR1'],
    ['a signal', signal, '9', 'SIGKILL'],
  ];
  good.forEach(([what, parse, text, value]) => {
    it(`read ${text} as ${what}`, () => {
      expect(parse(text)).to.equal(value);
    });
  });

  const bad: readonly (readonly [string, (text: string) => unknown, string])[] = [
    ...['', 'all', '1-0', '0,'].map((text) => ['a list of cores', cpuList, text] as const),
    ...['', 'M', '-1', '1T', '1 M', '1,5M', '5constructor'].map(
      (text) => ['a size', sizeBytes, text] as const,
    ),
    ...['', 's', '-1', '1d', '1e3', '1constructor'].map(
      (text) => ['a duration', durationMs('s'), text] as const,
    ),
    ...['', '0', '-1', '1.5', 'x', '9999999999'].map((text) => ['a count', count, text] as const),
    ...['', 'NOPE', '0', '999'].map((text) => ['a signal', signal, text] as const),
  ];
  bad.forEach(([what, parse, text]) => {
    it(`refuse "${text}" as ${what}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError);
    });
  });

  it('collect what is given several times', () => {
    expect(collect('b,c', collect('a'))).to.deep.equal(['a', 'b,c']);
    expect(collectList('b,c,', collectList('a'))).to.deep.equal(['a', 'b', 'c']);
  });
});
