import { mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { imageLimits } from '../aci/image-limits.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import type { MadeAci } from '../store/adopt.ts';
import { storePaths } from '../store/paths.ts';
import { removeTemporary, temporaryPath } from '../store/temporary.ts';
import type { ArchiveArgument } from './archive-argument.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { filesOfDirectory, filesOfTar } from './archive-files.ts';
import type { ArchivedImage } from './archive-image.ts';
import { dockerArchiveImage, layoutImage } from './archive-image.ts';
import { convertImage } from './convert.ts';
import { LayerBudget, plainLayer } from './layer-file.ts';

/**
 * Makes an ACI of an image in an archive.
 *
 * @param take takes the ACI into the store; what is left of it is removed afterwards
 * @throws RktFailure when signatures are to be checked, which these images have not, or the archive holds no such image
 */
export async function importArchive<T>(
  ctx: RktContext,
  argument: ArchiveArgument,
  take: (aci: MadeAci) => T,
): Promise<T> {
  if (!ctx.insecure.has('image'))
    throw new RktFailure(
      'signature verification for docker images is not supported (try --insecure-options=image)',
    );
  const dir = temporaryPath(storePaths(ctx), 'archive');
  mkdirSync(dir, { mode: 0o700 });
  try {
    const { image, origin } = await findIn(ctx, argument, dir);
    return take(await convertImage(ctx, image, origin, join(dir, 'image.aci')));
  } finally {
    removeTemporary(dir);
  }
}

async function findIn(ctx: RktContext, argument: ArchiveArgument, dir: string): Promise<ArchivedImage> {
  const { path, reference, kind } = argument;
  const limits = imageLimits(ctx);
  const files = await openArchive(ctx, path, dir);
  try {
    const hasDocker = files.open('manifest.json') !== undefined;
    const hasLayout = files.open('index.json') !== undefined;
    const fallbackName = basename(path).replace(/\.tar$/, '');
    const order = { files, fallbackName, dir, limits, ...(reference === undefined ? {} : { reference }) };
    if (hasDocker && kind !== 'oci') return dockerArchiveImage(order);
    if (hasLayout && kind !== 'docker-archive') return layoutImage(order);
  } finally {
    files.close();
  }
  const wanted =
    kind === 'oci'
      ? 'index.json'
      : kind === 'docker-archive'
        ? 'manifest.json'
        : 'manifest.json or index.json';
  throw new RktFailure(`${JSON.stringify(path)} is no archive of images: it has no ${wanted}`);
}

async function openArchive(ctx: RktContext, path: string, dir: string): Promise<ArchiveFiles> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new RktFailure(`open ${path}: no such file or directory`);
  if (stat.isDirectory()) return filesOfDirectory(path);
  if (!stat.isFile()) throw new RktFailure(`${JSON.stringify(path)} is neither a file nor a directory`);
  const limits = imageLimits(ctx);
  const plain = join(dir, 'archive.tar');
  const file = await plainLayer(path, stat.size, { target: plain, limits, budget: new LayerBudget(limits) });
  const files = filesOfTar(file, limits);
  // open until it is closed; its space is needed for the layers
  rmSync(plain, { force: true });
  return files;
}
