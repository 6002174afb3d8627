import { mkdirSync, readSync, rmSync } from 'node:fs';
import { imageLimits } from '../aci/image-limits.ts';
import { TarWriter } from '../aci/tar-writer.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, printMessage } from '../embedded-context.ts';
import type { MadeAci } from '../store/adopt.ts';
import { storePaths } from '../store/paths.ts';
import { removeTemporary, temporaryPath } from '../store/temporary.ts';
import type { OciConfig } from './oci-config.ts';
import { diffIdsOf, parseConfig } from './oci-config.ts';
import type { OciImage } from './oci-image.ts';
import { toImageManifest } from './to-aci-manifest.ts';
import type { ImageTree, Inode } from './image-tree.ts';
import { imageUser } from './image-user.ts';
import type { ImageOrigin } from './origin.ts';
import { squashLayers } from './squash.ts';
import { writeAci } from './write-aci.ts';

/** A larger /etc/passwd is no table of users. */
const ACCOUNTS_BYTES = 4 * 1024 * 1024;
/** As docker2aci makes them, where the image has none; a stage1 that has a /dev of its own hides them. */
const STDIO_LINKS = [
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/dev/console'],
  ['stderr', '/dev/console'],
  ['fd', '/proc/self/fd'],
] as const;

/**
 * Makes an ACI of an image: its layers squashed into one rootfs, its config as an image manifest.
 *
 * @param target the file, which must not exist: an uncompressed tar with mode 0600; a failure leaves nothing
 * @returns what the store needs to take the file without reading it again
 * @throws RktFailure when the image is broken, hostile, beyond a limit, or not for an appc platform
 */
export async function convertImage(
  ctx: RktContext,
  image: OciImage,
  origin: ImageOrigin,
  target: string,
): Promise<MadeAci> {
  const config = parseConfig(image.configText);
  const diffIds = diffIdsOf(config, image.layers.length);
  const dir = temporaryPath(storePaths(ctx), 'layers');
  mkdirSync(dir, { mode: 0o700 });
  try {
    const squashed = await squashLayers(image.layers, diffIds, dir, imageLimits(ctx));
    const { tree } = squashed;
    try {
      addMissing(tree, image.layers.length, config);
      const user = imageUser(config.config?.User ?? '', {
        passwd: textOf(tree, 'passwd'),
        group: textOf(tree, 'group'),
      });
      const manifest = toImageManifest(image, config, {
        origin,
        user,
        warn: (text) => printMessage(ctx, text, 'image'),
      });
      const text = JSON.stringify(manifest);
      return { file: target, sha512: write(target, text, tree), manifest: text };
    } finally {
      squashed.close();
    }
  } finally {
    removeTemporary(dir);
  }
}

function write(target: string, manifest: string, tree: ImageTree): string {
  const writer = new TarWriter(target);
  try {
    return writeAci(writer, manifest, tree);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  } finally {
    writer.close();
  }
}

/** The links in /dev, and the working directory, which docker makes when a container begins. */
function addMissing(tree: ImageTree, layer: number, config: OciConfig): void {
  const dev = directory(tree, ['dev'], layer);
  for (const [name, linkname] of STDIO_LINKS) {
    if (dev?.children?.has(name) !== false) continue;
    const link: Inode = {
      type: 'symlink',
      mode: 0o777,
      uid: 0,
      gid: 0,
      mtimeMs: 0,
      linkname,
      major: 0,
      minor: 0,
    };
    tree.put(dev, name, link, layer);
  }
  const parts = (config.config?.WorkingDir ?? '').split('/').filter((part) => part !== '' && part !== '.');
  directory(tree, parts, layer);
}

/** Undefined where the image has something else in the way. */
function directory(tree: ImageTree, path: readonly string[], layer: number): ReturnType<ImageTree['find']> {
  try {
    return tree.walk(path, layer)?.at(-1);
  } catch (error) {
    if (error instanceof RktFailure) return undefined;
    throw error;
  }
}

/** Text of one of the image's files in /etc; empty when there is none. */
function textOf(tree: ImageTree, name: string): string {
  const content = fileIn(tree, ['etc', name]);
  if (content === undefined || content.segments !== undefined || content.size > ACCOUNTS_BYTES) return '';
  const bytes = Buffer.alloc(content.size);
  readSync(content.fd, bytes, 0, bytes.length, content.position);
  return bytes.toString();
}

function fileIn(tree: ImageTree, path: readonly string[]): ReturnType<ImageTree['file']> {
  try {
    return tree.file(path);
  } catch (error) {
    if (error instanceof RktFailure) return undefined;
    throw error;
  }
}
