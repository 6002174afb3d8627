import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RootfsFile } from '../../src/embedded/aci/rootfs-file.ts';
import { packAci } from '../../src/embedded/aci/pack.ts';
import type { RawMember } from './build-image.ts';
import { rawTar, shellRootfs } from './build-image.ts';

/** One image of the recordings, as their images.json describes it. */
interface RecordedImage {
  readonly placeholder: string;
  readonly compression: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly manifestText?: string;
}

/** Where the images of the recordings are. */
export interface RecordedImages {
  /** `${IMAGE}` */
  readonly image: string;
  /** `${IMAGES}` */
  readonly imagesDir: string;
}

const RECORDED = new URL('../fixtures/rkt-recordings/images.json', import.meta.url);

/** Files some of the recordings' images have besides the shell. */
const EXTRA_FILES: Readonly<Record<string, readonly RootfsFile[]>> = {
  'full.aci': [
    {
      path: 'etc/passwd',
      type: 'file',
      content: 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:50::/home/alice:/bin/sh\n',
    },
    { path: 'etc/group', type: 'file', content: 'root:x:0:\nstaff:x:50:\n' },
    { path: 'srv/data', type: 'directory' },
  ],
  'hosts.aci': [{ path: 'etc/hosts', type: 'file', content: '127.0.0.1 image-localhost\n' }],
  'setuid.aci': [
    { path: 'etc/suid', type: 'file', mode: 0o4755, content: 'x\n' },
    { path: 'etc/dotdot', type: 'symlink', linkname: '../../../../etc' },
  ],
};

/**
 * Builds the images the recordings were made with: same names, labels and manifests, but this machine's programs.
 *
 * @param names base names below `${IMAGES}` that are needed; all but the big one when left out
 */
export async function recordedImages(dir: string, names?: readonly string[]): Promise<RecordedImages> {
  const imagesDir = join(dir, 'images');
  mkdirSync(imagesDir, { recursive: true });
  const all = JSON.parse(readFileSync(RECORDED, 'utf8')) as readonly RecordedImage[];
  const shell = shellRootfs();
  const image = join(dir, 'busybox.aci');
  for (const recorded of all) {
    const name = recorded.placeholder.replace('${IMAGES}/', '');
    const standard = recorded.placeholder === '${IMAGE}';
    const wanted = names === undefined ? name !== 'big.aci' : names.includes(name);
    if (standard) await packRecorded(recorded, shell, image);
    else if (wanted) await buildRecorded(recorded, shell, join(imagesDir, name), name);
  }
  return { image, imagesDir };
}

async function buildRecorded(
  recorded: RecordedImage,
  shell: readonly RootfsFile[],
  out: string,
  name: string,
): Promise<void> {
  const odd = ODD_IMAGES[name];
  if (odd !== undefined) {
    writeFileSync(out, await odd(recorded));
    return;
  }
  const files = name === 'noetc.aci' ? shell.filter(({ path }) => path !== 'etc') : shell;
  await packRecorded(
    recorded,
    [...files, ...(EXTRA_FILES[name] ?? []), ...(name === 'big.aci' ? blobs() : [])],
    out,
  );
}

async function packRecorded(
  recorded: RecordedImage,
  files: readonly RootfsFile[],
  out: string,
): Promise<void> {
  const manifest = recorded.manifestText ?? JSON.stringify(recorded.manifest);
  const { compression } = recorded;
  const odd = compression === 'bzip2' || compression === 'xz';
  // gzip costs more than all the rest: only the standard image gets it
  const gzip = recorded.placeholder === '${IMAGE}';
  await packAci({ files, manifest, out, compression: odd ? compression : gzip ? 'gzip' : 'none' });
}

/** 60 incompressible files of 1 MiB, the same every time. */
function blobs(): RootfsFile[] {
  return Array.from({ length: 60 }, (_, i) => ({
    path: `blob${String(i).padStart(3, '0')}`,
    type: 'file' as const,
    content: noise(2 ** 20, `blob ${i}`),
  }));
}

function noise(bytes: number, seed: string): Buffer {
  const chunks = Array.from({ length: Math.ceil(bytes / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(chunks).subarray(0, bytes);
}

async function wholeTar(
  recorded: RecordedImage,
  change: (members: RawMember[]) => RawMember[],
): Promise<Buffer> {
  const members = shellRootfs().map(rawMember);
  const top: RawMember = { name: 'rootfs', type: 'directory', mode: 0o755 };
  const parents = ['bin']
    .filter((path) => !members.some(({ name }) => name === `rootfs/${path}`))
    .map(directory);
  const manifest: RawMember = { name: 'manifest', mode: 0o644, content: JSON.stringify(recorded.manifest) };
  return rawTar(change([manifest, top, ...parents, ...members]));
}

function directory(path: string): RawMember {
  return { name: `rootfs/${path}`, type: 'directory', mode: 0o755 };
}

function rawMember(file: RootfsFile): RawMember {
  const header = { name: `rootfs/${file.path}`, type: file.type, mode: file.mode ?? 0o755 };
  if (file.type === 'symlink') return { ...header, linkname: file.linkname ?? '' };
  if (file.type !== 'file') return header;
  const content = file.source === undefined ? (file.content ?? '') : readFileSync(file.source);
  return { ...header, content };
}

/** Images that are broken or odd on purpose. */
const ODD_IMAGES: Readonly<Record<string, (recorded: RecordedImage) => Promise<Buffer>>> = {
  'empty.aci': () => Promise.resolve(Buffer.alloc(0)),
  'random.aci': () => Promise.resolve(noise(4096, 'random')),
  'text.aci': () => Promise.resolve(Buffer.from('this is not an image\n')),
  'truncated.aci': () => {
    const whole = gzipSync(noise(65536, 'truncated'));
    return Promise.resolve(whole.subarray(0, whole.length / 2));
  },
  'norootfs.aci': (recorded) => rawTar([{ name: 'manifest', content: JSON.stringify(recorded.manifest) }]),
  'nomanifest.aci': (recorded) => wholeTar(recorded, (members) => members.slice(1)),
  'manifest-last.aci': (recorded) =>
    wholeTar(recorded, ([manifest, ...rest]) => [...rest, ...(manifest ? [manifest] : [])]),
  'extrafile.aci': (recorded) =>
    wholeTar(recorded, (members) => [...members, { name: 'stray.txt', content: 'stray\n' }]),
  'escape.aci': (recorded) =>
    wholeTar(recorded, (members) => [...members, { name: 'rootfs/../../escape-file', content: 'escaped\n' }]),
  'dup-entry.aci': (recorded) =>
    wholeTar(recorded, (members) => [
      ...members,
      { name: 'rootfs/etc/x', content: 'first\n' },
      { name: 'rootfs/etc/x', content: 'the second' },
    ]),
};
