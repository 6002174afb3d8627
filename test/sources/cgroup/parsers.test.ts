import { expect } from 'chai';
import fc from 'fast-check';

import { isRktError } from '../../../src/model/errors.ts';
import { parseFigure, parseFlatKeyed, parseLimit } from '../../../src/sources/cgroup/figures.ts';
import { parseCpuStatV1 } from '../../../src/sources/cgroup/v1/cpu.ts';
import { parseCpuacctStat } from '../../../src/sources/cgroup/v1/cpuacct.ts';
import { parseMemoryStatV1 } from '../../../src/sources/cgroup/v1/memory.ts';
import { parseCpuStatV2 } from '../../../src/sources/cgroup/v2/cpu.ts';
import { parseMemoryStatV2 } from '../../../src/sources/cgroup/v2/memory.ts';
import { expectRktError } from '../../support/errors.ts';

const PARSERS = {
  parseFigure,
  parseLimit,
  parseFlatKeyed,
  parseCpuStatV1,
  parseCpuacctStat,
  parseMemoryStatV1,
  parseCpuStatV2,
  parseMemoryStatV2,
};

describe('the parsers of cgroup files', () => {
  for (const [name, parse] of Object.entries(PARSERS)) {
    it(`${name} throws nothing but a parse error for garbage`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          try {
            parse(text, '/sys/fs/cgroup/x');
          } catch (error) {
            expect(isRktError(error, 'RKT_ERR_CGROUP_PARSE')).to.equal(true);
          }
        }),
      );
    });
  }

  it('reads back every figure that the kernel can print', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parseFigure(`${value}\n`, 'x')).to.equal(value);
      }),
    );
  });

  it('reads back every key and number', () => {
    const key = fc.stringMatching(/^[a-z_.]+$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, fc.maxSafeNat()), { selector: ([name]) => name }), (lines) => {
        const text = lines.map(([name, value]) => `${name} ${value}\n`).join('');
        expect([...parseFlatKeyed(text, 'x')]).to.deep.equal(lines);
      }),
    );
  });

  it('names the file and quotes the line that is wrong', () => {
    const error = expectRktError(
      () => parseFlatKeyed('user 12\nsystem -3\n', '/sys/fs/cgroup/cpuacct/web/cpuacct.stat'),
      'RKT_ERR_CGROUP_PARSE',
    );
    expect(error.message).to.contain('/sys/fs/cgroup/cpuacct/web/cpuacct.stat: unexpected line "system -3"');
  });

  it('shortens a long line', () => {
    const error = expectRktError(() => parseFigure('x'.repeat(5_000), 'f'), 'RKT_ERR_CGROUP_PARSE');
    expect(error.message.length).to.be.below(300);
  });

  for (const text of ['', '-1', '1.5', '0x10', '1e9', 'max', '12 13', 'NaN']) {
    it(`takes ${JSON.stringify(text)} for no figure`, () => {
      expectRktError(() => parseFigure(text, 'f'), 'RKT_ERR_CGROUP_PARSE');
    });
  }

  it('takes max, and the number by which v1 says unlimited, for no limit', () => {
    expect(parseLimit('max\n', 'f')).to.equal(undefined);
    expect(parseLimit('9223372036854771712\n', 'f')).to.equal(undefined);
    expect(parseLimit('67108864\n', 'f')).to.equal(67_108_864);
  });

  it('gives v1 times in ns', () => {
    expect(parseCpuacctStat('user 95\nsystem 28\n', 'f')).to.deep.equal({
      userNs: 950_000_000,
      systemNs: 280_000_000,
    });
  });

  it('gives v2 times in ns, and no throttling where the cpu controller is off', () => {
    expect(parseCpuStatV2('usage_usec 5\nuser_usec 3\nsystem_usec 2\n', 'f')).to.deep.equal({
      totalNs: 5_000,
      userNs: 3_000,
      systemNs: 2_000,
    });
  });

  it('leaves out what a file does not hold', () => {
    expect(parseMemoryStatV2('anon 1\n', 'f')).to.deep.equal({ rssBytes: 1 });
    expect(parseMemoryStatV1('rss 1\n', 'f')).to.deep.equal({});
  });
});
