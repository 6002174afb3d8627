import { expect } from 'chai';
import fc from 'fast-check';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { parseCniResult } from '../../../src/embedded/net/cni-result.ts';
import { maskText, shownAddresses } from '../../../src/embedded/net/net-info.ts';

const addressesOf = (result: object) => parseCniResult(JSON.stringify(result)).addresses;

describe('the result of a CNI plugin', () => {
  it('has its addresses in one of two shapes, by the version of CNI', () => {
    const four = { ip: '172.16.28.2', prefix: 24, family: 4 };
    const six = { ip: 'fd00::2', prefix: 64, family: 6 };
    expect(addressesOf({ ip4: { ip: '172.16.28.2/24' }, ip6: { ip: 'fd00::2/64' } })).to.deep.equal([
      four,
      six,
    ]);
    expect(
      addressesOf({ ips: [{ version: '6', address: 'fd00::2/64' }, { address: '172.16.28.2/24' }] }),
    ).to.deep.equal([six, four]);
    expect(addressesOf({ interfaces: [] })).to.deep.equal([]);
  });

  it('has name servers only where it names some', () => {
    const dnsOf = (dns: unknown) => parseCniResult(JSON.stringify({ dns })).dns;
    expect(dnsOf({})).to.equal(undefined);
    expect(dnsOf({ nameservers: [], domain: '' })).to.equal(undefined);
    expect(dnsOf({ nameservers: ['10.0.0.53'], search: ['a.example', 1] })).to.deep.equal({
      nameservers: ['10.0.0.53'],
      domain: '',
      search: ['a.example'],
      options: [],
    });
  });

  it('ends in a result or in an error of this program, whatever it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ ips: fc.array(fc.record({ address: fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()) })) })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          for (const { prefix } of parseCniResult(input).addresses) expect(prefix).to.be.within(0, 128);
        } catch (error) {
          if (!(error instanceof RktFailure)) throw error;
        }
      }),
    );
  });

  it('is shown with the mask of its network', () => {
    const mask = (prefix: number, family: 4 | 6) => maskText({ ip: '', prefix, family });
    expect([0, 8, 16, 20, 24, 31, 32].map((prefix) => mask(prefix, 4))).to.deep.equal([
      '0.0.0.0',
      '255.0.0.0',
      '255.255.0.0',
      '255.255.240.0',
      '255.255.255.0',
      '255.255.255.254',
      '255.255.255.255',
    ]);
    expect(mask(64, 6)).to.equal('ffff:ffff:ffff:ffff::');
    expect(mask(60, 6)).to.equal('ffff:ffff:ffff:fff0::');
    expect(mask(128, 6)).to.equal(Array(8).fill('ffff').join(':'));
    expect(mask(0, 6)).to.equal('::');
    const [four, six] = [
      { ip: '172.31.0.3', prefix: 16, family: 4 as const },
      { ip: 'fd00::3', prefix: 64, family: 6 as const },
    ];
    expect(shownAddresses([six, four])).to.deep.equal({
      ip: '172.31.0.3',
      mask: '255.255.0.0',
      ip6: 'fd00::3',
    });
    expect(shownAddresses([six])).to.deep.equal({ ip: 'fd00::3', mask: 'ffff:ffff:ffff:ffff::' });
    expect(shownAddresses([])).to.deep.equal({ ip: '', mask: '' });
  });
});
