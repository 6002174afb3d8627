import { expect } from 'chai';

import { RktFailure } from '../../../src/embedded/embedded-context.ts';
import { parseImageManifest } from '../../../src/embedded/manifest/aci-manifest.ts';
import { checkPodPlatform } from '../../../src/embedded/manifest/aci-platform.ts';

const image = (more: object): object => ({
  acKind: 'ImageManifest',
  acVersion: '0.8.11',
  name: 'a.com/b',
  ...more,
});
const withApp = (more: object): object => image({ app: { exec: ['/x'], user: '0', group: '0', ...more } });
const isolator = (name: string, value: unknown): object => ({ name, value });
const withIsolators = (...isolators: readonly object[]): object => withApp({ isolators });
const labels = (...pairs: readonly (readonly [string, string])[]): { name: string; value: string }[] =>
  pairs.map(([name, value]) => ({ name, value }));
const dependency = (more: object): object => image({ dependencies: [{ imageName: 'a.com/c', ...more }] });

function outcome(check: () => unknown): string {
  try {
    check();
    return 'taken';
  } catch (error) {
    expect(error).to.be.instanceOf(RktFailure);
    return (error as RktFailure).describe(false);
  }
}

describe('the rules of appc 0.8.11 for manifests', () => {
  const share = isolator('os/linux/cpu-shares', 512);
  const seccomp = (errno: string, name = 'remove'): object =>
    isolator(`os/linux/seccomp-${name}-set`, { set: ['chmod'], errno });
  const incompatible = 'isolators set contains incompatible types';
  const errno = (text: string): string =>
    `errno must be the upper-case name of an error, such as EPERM, not ${JSON.stringify(text)}`;
  const bandwidth = (value: object): object => withIsolators(isolator('resource/block-bandwidth', value));
  const capability = isolator('os/linux/capabilities-retain-set', { set: ['CAP_KILL'] });
  const context = { user: 'u', role: 'r', type: 't', level: 's0:c1' };

  const rows: readonly (readonly [what: string, manifest: object, expected: string])[] = [
    ['acVersion 0.0.0', image({ acVersion: '0.0.0' }), 'SemVer cannot be zero'],
    [
      'an empty os',
      image({ labels: labels(['os', '']) }),
      'bad os "" (must be one of: [darwin freebsd linux])',
    ],
    [
      'an empty arch',
      image({ labels: labels(['os', 'darwin'], ['arch', '']) }),
      'bad arch "" for darwin (must be one of: [x86_64 i386])',
    ],
    ['an arch without an os', image({ labels: labels(['arch', 'z80']) }), 'taken'],
    ['cpu-shares twice', withIsolators(share, share), incompatible],
    [
      'memory twice',
      withIsolators(...[1, 2].map(() => isolator('resource/memory', { limit: '1G' }))),
      'taken',
    ],
    ['capabilities twice', withIsolators(capability, capability), 'taken'],
    [
      'two seccomp sets that oppose each other',
      withIsolators(seccomp(''), seccomp('', 'retain')),
      incompatible,
    ],
    ['errno E2BIG', withIsolators(seccomp('E2BIG')), 'taken'],
    ['errno PERM', withIsolators(seccomp('PERM')), errno('PERM')],
    ['errno eperm', withIsolators(seccomp('eperm')), errno('eperm')],
    ['block bandwidth by default', bandwidth({ default: true, limit: '2M' }), 'taken'],
    ['block bandwidth without default', bandwidth({ limit: '2M' }), 'default must be true'],
    [
      'block bandwidth with default false',
      bandwidth({ default: false, limit: '2M' }),
      'default must be true',
    ],
    [
      'block bandwidth with a request',
      bandwidth({ default: true, request: '1M', limit: '2M' }),
      'request not supported by this resource, must be empty',
    ],
    [
      'memory by default',
      withIsolators(isolator('resource/memory', { default: true })),
      'default must be false',
    ],
    [
      'a default that is a text',
      bandwidth({ default: 'true' }),
      'json: cannot unmarshal string into Go value of type bool',
    ],
    [
      'a sysctl that is a number',
      withIsolators(isolator('os/unix/sysctl', { a: 1 })),
      'json: cannot unmarshal number into Go value of a',
    ],
    ['an SELinux context', withIsolators(isolator('os/linux/selinux-context', context)), 'taken'],
    [
      'an SELinux context without a role',
      withIsolators(isolator('os/linux/selinux-context', { ...context, role: '' })),
      'invalid role value ""',
    ],
    [
      'two mount points of one name',
      withApp({ mountPoints: ['/a', '/b'].map((path) => ({ name: 'v', path })) }),
      'taken',
    ],
    [
      'a readOnly that is a text',
      withApp({ mountPoints: [{ name: 'v', path: '/a', readOnly: 'yes' }] }),
      'json: cannot unmarshal string into Go value of type bool',
    ],
    ['a short imageID of a dependency', dependency({ imageID: 'sha512-abc' }), 'taken'],
    ['an imageID without a value', dependency({ imageID: 'sha512-' }), 'unexpected empty hash value'],
    ['an imageID of another type', dependency({ imageID: 'sha256-abc' }), 'unrecognized hash type: sha256'],
    ['an imageID without a type', dependency({ imageID: 'abc' }), 'badly formatted hash string'],
    [
      'a negative size of a dependency',
      dependency({ size: -1 }),
      'json: cannot unmarshal number into Go value of size',
    ],
  ];
  for (const [what, manifest, expected] of rows) {
    it(`${what}: ${expected}`, () => {
      expect(outcome(() => parseImageManifest(JSON.stringify(manifest)))).to.equal(expected);
    });
  }

  it("keys are taken in any case, as Go's decoder takes them, and the last of several wins", () => {
    const text =
      '{"ACKIND":"ImageManifest","acversion":"0.8.11","Name":"a.com/b","App":{"EXEC":["/x"],"exec":["/y"],"User":"1","group":"2"}}';
    expect(parseImageManifest(text)).to.deep.include({
      name: 'a.com/b',
      app: { exec: ['/y'], user: '1', group: '2' },
    });
  });

  it('keys that are data stay as they are', () => {
    const manifest = parseImageManifest(JSON.stringify(withApp({ userLabels: { NAME: 'x', User: 'y' } })));
    expect(manifest.app?.userLabels).to.deep.equal({ NAME: 'x', User: 'y' });
  });
});

describe('the platforms that are prepared', () => {
  const rows = [
    [labels(['os', 'linux'], ['arch', 'amd64']), 'taken'],
    // rkt does not compare it with the machine: recorded.
    [labels(['os', 'linux'], ['arch', 'aarch64']), 'taken'],
    [labels(['os', 'freebsd'], ['arch', 'amd64']), 'bad os "freebsd" (must be one of: [linux])'],
    [
      labels(['os', 'linux'], ['arch', 's390x']),
      'bad arch "s390x" for linux (must be one of: [amd64 i386 aarch64 aarch64_be armv6l armv7l armv7b ppc64le])',
    ],
    [labels(['os', 'linux']), 'missing arch label in the image manifest'],
    [labels(['arch', 'amd64']), 'missing os label in the image manifest'],
  ] as const;
  for (const [pairs, expected] of rows) {
    it(`${pairs.map(({ value }) => value).join(' ')}: ${expected}`, () => {
      expect(outcome(() => checkPodPlatform(pairs))).to.equal(expected);
    });
  }
});
