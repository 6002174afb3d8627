import { deepEqual } from 'node:assert/strict';

import { imageUser } from '../../../src/embedded/oci/image-user.ts';

const FILES = {
  passwd: 'root:x:0:0::/:/bin/sh\nweb:x:1500:1501::/:/bin/sh\nbroken\nodd:x:y:z\n',
  group: 'root:x:0:\nbin:x:1:root,daemon\nweb:x:1501:\nextra:x:1600:other,web\n',
};
const NONE = { passwd: '', group: '' };

describe('USER of a docker image', () => {
  const rows: readonly (readonly [string, typeof FILES, readonly [string, string, readonly number[]]])[] = [
    ['', FILES, ['0', '0', [1]]],
    ['root', FILES, ['0', '0', [1]]],
    ['', NONE, ['0', '0', []]],
    ['web', FILES, ['1500', '1501', [1600]]],
    ['1500', FILES, ['1500', '1501', [1600]]],
    ['web:bin', FILES, ['1500', '1', []]],
    ['web:77', FILES, ['1500', '77', []]],
    ['4242', FILES, ['4242', '0', []]],
    ['4242:extra', FILES, ['4242', '1600', []]],
    ['gone', FILES, ['gone', 'gone', []]],
    ['web:gone', FILES, ['1500', 'gone', []]],
    ['odd', FILES, ['odd', 'odd', []]],
  ];
  for (const [spec, files, [user, group, supplementaryGIDs]] of rows) {
    it(`${JSON.stringify(spec)} is ${user}:${group}${files === NONE ? ' without files' : ''}`, () =>
      deepEqual(imageUser(spec, files), { user, group, supplementaryGIDs }));
  }
});
