import { expect } from 'chai';
import fc from 'fast-check';
import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { parseImageManifest } from '../../../src/embedded/manifest/aci-manifest.ts';
import { parseQuantity } from '../../../src/embedded/manifest/quantity.ts';

const valid = { acKind: 'ImageManifest', acVersion: '0.8.11', name: 'example.com/app' };
const app = { exec: ['/bin/sh'], user: '0', group: '0' };

function failureOf(text: string): string {
  try {
    parseImageManifest(text);
  } catch (error) {
    expect(error).to.be.instanceOf(RktFailure);
    return (error as RktFailure).describe(false);
  }
  throw new Error(`accepted: ${text}`);
}

function withApp(changes: object): object {
  return { ...valid, app: { ...app, ...changes } };
}

describe('parseImageManifest', () => {
  it('keeps what it knows in the order of rkt and drops the rest', () => {
    const text = JSON.stringify({
      app: {
        group: '0',
        user: '0',
        exec: ['/x'],
        surprise: 1,
        ports: [{ name: 'dns', protocol: 'udp', port: 53 }],
      },
      extra: true,
      labels: [],
      ...valid,
    });
    expect(JSON.stringify(parseImageManifest(text))).to.equal(
      '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/app","app":{"exec":["/x"],"user":"0","group":"0",' +
        '"ports":[{"name":"dns","protocol":"udp","port":53,"count":1,"socketActivated":false}]}}',
    );
  });

  it('is idempotent', () => {
    const labels = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 3 });
    const exec = fc.array(fc.string());
    fc.assert(
      fc.property(labels, exec, fc.constantFrom('64M', '500m', '16Mi'), (names, words, limit) => {
        const manifest = {
          ...withApp({ exec: words, isolators: [{ name: 'resource/memory', value: { limit } }] }),
          labels: names
            .filter((name) => !['name', 'os', 'arch'].includes(name))
            .map((name) => ({ name, value: 'v' })),
        };
        const once = parseImageManifest(JSON.stringify(manifest));
        expect(parseImageManifest(JSON.stringify(once))).to.deep.equal(once);
      }),
    );
  });

  it('answers garbage with its own failure', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"acKind":"ImageManifest","acVersion":"0.8.11","name":"a","app":${json}}`),
      fc.json().map((json) => JSON.stringify({ ...withApp({ isolators: JSON.parse(json) as unknown }) })),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          parseImageManifest(text);
        } catch (error) {
          expect(error).to.be.instanceOf(RktFailure);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('points at a syntax error', () => {
    expect(failureOf('{"a":1,\n "b":x}')).to.equal(
      `\nError at line 2, column 6\n    2:  "b":x}\n${' '.repeat(11)}^\ninvalid character 'x' looking for beginning of value`,
    );
  });

  for (const [manifest, message] of [
    [{ ...valid, acKind: 'PodManifest' }, 'missing or bad ACKind (must be "ImageManifest")'],
    [{ ...valid, acVersion: undefined }, 'acVersion must be set'],
    [{ ...valid, labels: [{ name: 'name', value: 'x' }] }, 'invalid label name: "name"'],
    [withApp({ user: undefined }), 'user is required'],
    [withApp({ workingDirectory: 'tmp' }), 'workingDirectory must be an absolute path'],
    [
      withApp({ environment: [{ name: '1A', value: '' }] }),
      'environment variable does not have valid identifier "1A"',
    ],
    [withApp({ isolators: [{ name: 'constructor', value: {} }] }), 'invalid isolator'],
    [withApp({ ports: [{ name: 'http', protocol: 'tcp', port: 65536 }] }), 'port must be in 1-65535 range'],
    [withApp({ exec: [1] }), 'json: cannot unmarshal number into Go value of exec'],
  ] as const) {
    it(`refuses with: ${message}`, () => {
      expect(failureOf(JSON.stringify(manifest))).to.equal(message);
    });
  }
});

describe('parseQuantity', () => {
  it('writes quantities as rkt does', () => {
    const cases = {
      '64M': '64M',
      '64Mi': '64Mi',
      '0.5': '500m',
      '2': '2',
      '1000M': '1G',
      '1024Ki': '1Mi',
      '-1': '-1',
      '0': '0',
    };
    for (const [text, canonical] of Object.entries(cases))
      expect(parseQuantity(text)?.canonical, text).to.equal(canonical);
  });

  it('counts in thousandths', () => {
    expect(parseQuantity('16m')?.milli).to.equal(16n);
    expect(parseQuantity('1Ki')?.milli).to.equal(1_024_000n);
    expect(parseQuantity('1e3')?.milli).to.equal(1_000_000n);
    expect(parseQuantity('1n')?.milli).to.equal(1n);
  });

  it('refuses what is no quantity', () => {
    for (const text of ['', 'M', '1.2.3', '1KB', '1 M', '0x10', 'abc'])
      expect(parseQuantity(text), text).to.equal(undefined);
  });

  it('keeps the value when it is written and read again', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi');
    fc.assert(
      fc.property(fc.nat(), suffix, (number, unit) => {
        const quantity = parseQuantity(`${number}${unit}`);
        expect(parseQuantity(quantity?.canonical ?? '')).to.deep.equal(quantity);
      }),
    );
  });
});
