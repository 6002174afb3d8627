import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { buildImage, rawTar, type RawMember } from '../images.ts';
import type { Row, Stage } from './row.ts';

const MANIFEST = JSON.stringify({
  acKind: 'ImageManifest',
  acVersion: '0.8.11',
  name: 'test.local/odd',
  labels: [
    { name: 'os', value: 'linux' },
    { name: 'arch', value: 'amd64' },
  ],
  app: { exec: ['/bin/sh'], user: '0', group: '0' },
});
const ROOTFS: RawMember = { name: 'rootfs', type: 'directory', mode: 0o755 };

const written = (stage: Stage, content: string | Buffer): Promise<string> => {
  const path = join(stage.dir, 'odd.aci');
  return writeFile(path, content).then(() => path);
};

const image = (what: string, names: Row['names'], make: (stage: Stage) => Promise<string> | string): Row => ({
  what,
  code: 'RKT_ERR_IMAGE',
  names: [...names, 'name, path and signature'],
  act: async (stage) => stage.start({ image: await make(stage) }),
});

const archive = (what: string, names: Row['names'], ...members: readonly RawMember[]): Row =>
  image(what, names, async (stage) => written(stage, await rawTar(members)));

async function nothingEscaped({ sandbox }: Stage): Promise<void> {
  const names = await readdir(sandbox.base, { recursive: true });
  const escaped = names.filter((name) => name.endsWith('/escaped') && !name.includes('/rootfs/'));
  if (escaped.length > 0) throw new Error(`escaped: ${escaped.join(', ')}`);
}

const launch = (what: string, names: Row['names'], config: object, more: object = {}): Row => ({
  what,
  code: 'RKT_ERR_LAUNCH',
  names: [...names, 'message of rkt'],
  act: ({ start }) => start(config, more),
});

/** Images that cannot be had or are none, and commands that they do not hold. */
export const IMAGES: readonly Row[] = [
  image('an image file that is missing', ['/nowhere/x.aci'], () => '/nowhere/x.aci'),
  image('an image that is a directory', ['odd'], async ({ dir }) => {
    await mkdir(join(dir, 'odd'));
    return join(dir, 'odd');
  }),
  image('an image that is a text', ['odd.aci'], (stage) => written(stage, 'not an image\n'.repeat(100))),
  image('an image that is empty', ['odd.aci'], (stage) => written(stage, '')),
  image('an image name no one knows', ['localhost/none'], () => 'localhost/none'),
  image('an image id no one has', ['sha512-0123'], () => `sha512-${'0123'.repeat(16)}`),
  image('an image URL where no one listens', ['127.0.0.1'], () => 'http://127.0.0.1:1/x.aci'),
  archive('an image without a manifest', ['odd.aci', 'manifest'], ROOTFS),
  archive('an image whose manifest is no JSON', ['odd.aci'], { name: 'manifest', content: '{' }, ROOTFS),
  archive(
    'an image whose manifest is a pod’s',
    ['odd.aci'],
    { name: 'manifest', content: MANIFEST.replace('ImageManifest', 'PodManifest') },
    ROOTFS,
  ),
  archive(
    'an image whose name is no name',
    ['odd.aci'],
    { name: 'manifest', content: MANIFEST.replace('test.local/odd', 'Not A Name') },
    ROOTFS,
  ),
  image('an image that is cut off', ['odd.aci'], async (stage) => {
    const whole = gzipSync(await rawTar([{ name: 'manifest', content: MANIFEST }, ROOTFS]));
    return written(stage, whole.subarray(0, whole.length / 2));
  }),
  {
    what: 'an image with paths that climb out',
    code: 'RKT_ERR_LAUNCH',
    names: ['/bin/sh'],
    act: async (stage) => {
      const tar = await rawTar([
        { name: 'manifest', content: MANIFEST },
        ROOTFS,
        { name: 'rootfs/../../../escaped', content: 'x' },
        { name: 'rootfs/out', type: 'symlink', linkname: stage.dir },
        { name: 'rootfs/out/escaped', content: 'x' },
      ]);
      try {
        await stage.start({ image: await written(stage, tar) });
      } finally {
        await nothingEscaped(stage);
      }
    },
  },
  launch('a command that is not in the image', ['/bin/nope'], { command: '/bin/nope' }),
  launch('a command that is a directory', ['/tmp'], { command: '/tmp' }),
  launch('a user that the image does not have', ['etc/passwd'], {}, { user: 'missing-one' }),
  launch('a group that the image does not have', ['etc/group'], { group: 'missing-one' }),
  {
    what: 'an image without a command, and none given',
    code: 'RKT_ERR_LAUNCH',
    names: [/exec|command/i],
    act: async (stage) => {
      const app = { exec: [], user: '0', group: '0' };
      const path = await buildImage(stage.dir, { name: 'test.local/idle', manifest: { app } });
      return stage.start({ image: path, command: undefined, args: [] });
    },
  },
];
