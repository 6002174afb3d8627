import type { Command } from 'commander';

import { addImageList } from './images/list-images.ts';
import { addImagePull } from './images/pull-image.ts';
import { addImageRm } from './images/rm-image.ts';

/** `rkt-streams images`, which is `image list`. */
export function imagesCommand(program: Command): void {
  addImageList(program, 'images');
}

/** `rkt-streams pull`, which is `image pull`. */
export function pullCommand(program: Command): void {
  addImagePull(program);
}

/** `rkt-streams rmi`, which is `image rm`. */
export function rmiCommand(program: Command): void {
  addImageRm(program, 'rmi');
}
