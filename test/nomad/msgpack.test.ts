import { expect } from 'chai';
import fc from 'fast-check';

import { decodeBytes, decodeConfig, encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { expectRktError } from '../support/errors.ts';

const decodeHex = (hex: string) =>
  decodeConfig(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 'the config', 'RKT_ERR_DRIVER_CONFIG');

describe('decodeConfig', () => {
  it('reads the bytes a host writes', () => {
    expect(decodeHex('81 af 76 6f 6c 75 6d 65 73 5f 65 6e 61 62 6c 65 64 c3')).to.deep.equal({
      volumes_enabled: true,
    });
  });

  const values: readonly (readonly [string, string, unknown])[] = [
    ['a small whole number', '2a', 42],
    ['a negative one', 'ff', -1],
    ['one of 32 bits', 'ce 00 01 00 00', 65_536],
    ['a float of 64 bits', 'cb 40 0c 00 00 00 00 00 00', 3.5],
    ['a float beyond int64', 'cb 43 e4 00 00 00 00 00 00', 2 ** 63 * 1.25],
    ['a string', 'a2 c3 a4', 'ä'],
    ['an empty list', '90', []],
    ['an empty map', '80', {}],
    ['a list of maps', '91 81 a4 68 74 74 70 a3 77 77 77', [{ http: 'www' }]],
  ];
  for (const [what, hex, value] of values) {
    it(`reads ${what}`, () => {
      expect(decodeHex(`81 a1 61 ${hex}`)).to.deep.equal({ a: value });
    });
  }

  it('refuses what is nested deeper than the stack allows', () => {
    for (const nest of ['91', '81 a1 61']) {
      const error = expectRktError(() => decodeHex(nest.repeat(20_000) + 'c0'), 'RKT_ERR_DRIVER_CONFIG');
      expect(error.message).to.include('nested more than 100 deep');
    }
  });

  it('leaves out what was not given, in lists and maps too', () => {
    expect(decodeHex('83 a1 61 c0 a1 62 92 c0 a1 78 a1 63 81 a1 64 c0')).to.deep.equal({ b: ['x'], c: {} });
  });

  it('takes no bytes, and nil, for an empty block', () => {
    expect(decodeHex('')).to.deep.equal({});
    expect(decodeHex('c0')).to.deep.equal({});
  });

  it('refuses what is no map, is cut off or goes on too long, and says what it is', () => {
    const refusals = {
      '90': 'a list',
      '2a': 'a number',
      '81 a1': '2 bytes',
      '80 80': 'not valid msgpack',
      c1: 'not valid msgpack',
    };
    for (const [hex, why] of Object.entries(refusals)) {
      expect(expectRktError(() => decodeHex(hex), 'RKT_ERR_DRIVER_CONFIG').message).to.include(why);
    }
  });

  it('throws nothing but our error for garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeConfig(bytes, 'the config', 'RKT_ERR_TASK_CONFIG');
        } catch (error) {
          expect(error).to.include({ code: 'RKT_ERR_TASK_CONFIG' });
        }
      }),
    );
  });
});

describe('encodeMsgpack', () => {
  it('writes the shortest form, and nothing for what is undefined', () => {
    expect(encodeMsgpack({ a: 1, b: undefined, c: true }).toString('hex')).to.equal('82a16101a163c3');
  });

  it('is undone by reading', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())), (value) => {
        fc.pre(!Object.hasOwn(value, '__proto__'));
        expect(decodeBytes(encodeMsgpack({ ...value }), 'it', 'RKT_ERR_HANDLE')).to.deep.equal({ ...value });
      }),
    );
  });
});
