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

  const rows: (readonly [what: string, manifest: object, expected: string])[] = [
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
  const port = (more: object): object =>
    withApp({ ports: [{ name: 'p', protocol: 'tcp', port: 1, ...more }] });
  const note = (name: string, value: string): object => image({ annotations: labels([name, value]) });
  const variable = (...pairs: readonly (readonly [string, string])[]): object =>
    withApp({ environment: labels(...pairs) });
  const handlers = (...names: readonly string[]): object =>
    withApp({ eventHandlers: names.map((name) => ({ name, exec: ['/x'] })) });
  const badTime = (text: string): string =>
    `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse`;
  const outOfRange = 'port must be in 1-65535 range';
  const endOutOfRange = 'end of port range must be in 1-65535 range';
  rows.push(
    ['another acKind', image({ acKind: 'PodManifest' }), 'missing or bad ACKind (must be "ImageManifest")'],
    ['no acVersion', image({ acVersion: '' }), 'acVersion must be set'],
    ['an acVersion of two numbers', image({ acVersion: '0.8' }), '0.8 is not in dotted-tri format'],
    ['an acVersion with a suffix', image({ acVersion: '0.8.11+git' }), 'taken'],
    ['a label called name', image({ labels: labels(['name', 'x']) }), 'invalid label name: "name"'],
    ['a label twice', image({ labels: labels(['a', '1'], ['a', '2']) }), 'duplicate labels of name "a"'],
    [
      'an annotation twice',
      image({ annotations: labels(['a', '1'], ['a', '2']) }),
      'duplicate annotations of name "a"',
    ],
    ['a date', note('created', '2016-02-29T23:59:59.5+01:00'), 'taken'],
    ['a day that there is not', note('created', '2015-02-29T00:00:00Z'), badTime('2015-02-29T00:00:00Z')],
    ['a month that there is not', note('created', '2015-13-01T00:00:00Z'), badTime('2015-13-01T00:00:00Z')],
    ['an hour that there is not', note('created', '2015-01-01T24:00:00Z'), badTime('2015-01-01T24:00:00Z')],
    ['a homepage', note('homepage', 'HTTPS://example.com'), 'taken'],
    [
      'a homepage of another scheme',
      note('homepage', 'ftp://example.com'),
      'bad URL scheme, must be http/https: ftp://example.com',
    ],
    ['an empty documentation', note('documentation', ''), 'bad URL scheme, must be http/https: '],
    ['a dependency without a name', dependency({ imageName: '' }), 'imageName cannot be empty'],
    [
      'a label twice in a dependency',
      dependency({ labels: labels(['a', '1'], ['a', '2']) }),
      'duplicate labels of name "a"',
    ],
    ['no user', withApp({ user: '' }), 'user is required'],
    ['no group', withApp({ group: '' }), 'group is required'],
    [
      'a relative workingDirectory',
      withApp({ workingDirectory: 'a' }),
      'workingDirectory must be an absolute path',
    ],
    ['no exec', withApp({ exec: null }), 'taken'],
    ['a handler without a name', handlers(''), 'eventHandler "name" cannot be empty'],
    ['a handler of another name', handlers('stop'), 'bad eventHandler "name": "stop"'],
    ['both handlers', handlers('pre-start', 'post-stop'), 'taken'],
    [
      'a handler twice',
      handlers('pre-start', 'pre-start'),
      'Only one eventHandler of name "pre-start" allowed',
    ],
    ['a variable without a name', variable(['', 'x']), 'environment variable name must not be empty'],
    ['a variable with a dot and a dash', variable(['a.b-c', '']), 'taken'],
    [
      'a variable that begins with a number',
      variable(['1a', 'x']),
      'environment variable does not have valid identifier "1a"',
    ],
    ['a variable twice', variable(['A', '1'], ['A', '2']), 'duplicate environment variable of name "A"'],
    ['a port range up to the last', port({ port: 65_535, count: 1 }), 'taken'],
    ['a port range beyond the last', port({ port: 65_535, count: 2 }), endOutOfRange],
    ['port 0', port({ port: 0 }), outOfRange],
    ['port 65536', port({ port: 65_536 }), outOfRange],
    ['a port with a count of 0, which is 1', port({ count: 0 }), 'taken'],
    ['an unknown isolator', withIsolators(isolator('os/linux/apparmor-profile', {})), 'invalid isolator'],
    ['an errno of one letter', withIsolators(seccomp('E')), 'taken'],
    [
      'an empty set of capabilities',
      withIsolators(isolator('os/linux/capabilities-retain-set', { set: [] })),
      'set must be non-empty',
    ],
    [
      'a memory that is the default',
      withIsolators(isolator('resource/memory', { default: true, limit: '1M' })),
      'default must be false',
    ],
    [
      'an oom-score-adj of 1001',
      withIsolators(isolator('os/linux/oom-score-adj', 1_001)),
      'os/linux/oom-score-adj must be between -1000 and 1000, got 1001',
    ],
    [
      'cpu-shares of 1',
      withIsolators(isolator('os/linux/cpu-shares', 1)),
      'os/linux/cpu-shares must be between 2 and 262144, got 1',
    ],
    ['both sets of seccomp', withIsolators(seccomp('', 'remove'), seccomp('', 'retain')), incompatible],
    [
      'a number in a list of paths',
      image({ pathWhitelist: ['/a', 1] }),
      'json: cannot unmarshal number into Go value of pathWhitelist',
    ],
    ['negative supplementary groups', withApp({ supplementaryGIDs: [-1] }), 'taken'],
  );
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

  it('a count of 0 is 1 in what is kept', () => {
    const { app } = parseImageManifest(JSON.stringify(port({ count: 0 })));
    expect(app?.ports?.[0]?.count).to.equal(1);
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
