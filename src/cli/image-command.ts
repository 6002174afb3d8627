import type { Command } from 'commander';

import { addImageBuild } from './image-build-command.ts';
import { addImageExport } from './images/export-image.ts';
import { addImageImport } from './images/import-image.ts';
import { addImageInspect } from './images/inspect-image.ts';
import { addImageList } from './images/list-images.ts';
import { addImagePull } from './images/pull-image.ts';
import { addImageRm } from './images/rm-image.ts';
import { addImageVerify } from './images/verify-image.ts';

/** In the order of the help. */
const SUBCOMMANDS = [
  addImagePull,
  addImageList,
  addImageInspect,
  addImageRm,
  addImageImport,
  addImageExport,
  addImageVerify,
  addImageBuild,
];

/** `rkt-streams image …`: the images in rkt's store, and new ones. */
export function imageCommand(program: Command): void {
  const image = program
    .command('image')
    .description("Works with the images in rkt's store, and builds new ones.");
  SUBCOMMANDS.forEach((add) => add(image));
}
