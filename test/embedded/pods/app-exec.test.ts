import { expect } from 'chai';

import { appExec } from '../../../src/embedded/pods/app-exec.ts';
import type { StoredImage } from '../../../src/embedded/store/image-store.ts';

function image(
  exec: readonly string[],
  docker: Readonly<Record<string, string>> = {},
): Pick<StoredImage, 'manifest'> {
  const annotations = Object.entries(docker).map(([name, value]) => ({
    name: `appc.io/docker/${name}`,
    value,
  }));
  return { manifest: { annotations, app: { exec } } } as unknown as Pick<StoredImage, 'manifest'>;
}

describe('the command line of an app', () => {
  const busybox = image(['sh'], { cmd: '["sh"]' });
  const redis = image(['entry', 'redis-server'], { entrypoint: '["entry"]', cmd: '["redis-server"]' });
  for (const [what, from, exec, args, expected] of [
    ['arguments after that of an ACI', image(['/bin/app']), undefined, ['x'], ['/bin/app', 'x']],
    [
      'arguments in the place of the CMD of a docker image',
      busybox,
      undefined,
      ['echo', 'hello'],
      ['echo', 'hello'],
    ],
    ['options after the CMD of a docker image', busybox, undefined, ['-c', 'true'], ['sh', '-c', 'true']],
    ['the CMD without arguments', busybox, undefined, [], ['sh']],
    ['arguments after the ENTRYPOINT', redis, undefined, ['redis-cli', '-v'], ['entry', 'redis-cli', '-v']],
    [
      'options after ENTRYPOINT and CMD',
      redis,
      undefined,
      ['--port', '1'],
      ['entry', 'redis-server', '--port', '1'],
    ],
    ['--exec alone', redis, '/bin/sh', ['x'], ['/bin/sh', 'x']],
    ['annotations that are no lists', image(['a'], { cmd: 'a' }), undefined, ['x'], ['a', 'x']],
    ['annotations that do not fit', image(['a'], { cmd: '["b"]' }), undefined, ['x'], ['a', 'x']],
  ] as const) {
    it(`has ${what}`, () => {
      const given = exec === undefined ? { args } : { exec, args };
      expect(appExec(from, given)).to.deep.equal(expected);
    });
  }
});
