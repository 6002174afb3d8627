import { closeSync, fstatSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ImageLimits } from '../aci/image-limits.ts';
import { beyondLimit } from '../aci/image-limits.ts';
import { EntryMeter } from '../aci/meter.ts';
import { RktFailure, prefixFailure } from '../embedded-context.ts';
import { formatSize } from '../command-line/text.ts';
import { applyLayer } from './apply-layer.ts';
import type { LayerBlob } from './oci-image.ts';
import { ImageTree } from './image-tree.ts';
import { layerEntries } from './layer-entries.ts';
import { LayerBudget, unpackLayer } from './layer-file.ts';

const MAX_PARALLEL = 4;

/** Layers laid over one another. The contents stay in the unpacked layers, until it is closed. */
export interface SquashedLayers {
  readonly tree: ImageTree;
  close(): void;
}

/**
 * Unpacks layers to plain tars, some at a time, and makes one tree of them.
 *
 * @param diffIds of the layers in the same order
 * @param dir a directory of the caller's for the tars; the caller removes it
 * @throws RktFailure naming the layer that is broken, hostile or beyond a limit
 */
export async function squashLayers(
  layers: readonly LayerBlob[],
  diffIds: readonly string[],
  dir: string,
  limits: ImageLimits,
): Promise<SquashedLayers> {
  const files = await unpackAll(layers, diffIds, dir, limits);
  const open: number[] = [];
  const close = (): void => open.forEach((fd) => closeSync(fd));
  const tree = new ImageTree();
  const meter = new EntryMeter(limits);
  try {
    for (const [layer, file] of files.entries()) {
      const fd = openSync(file, 'r');
      open.push(fd);
      try {
        applyLayer(tree, layer, layerEntries(fd, fstatSync(fd).size, meter));
      } catch (error) {
        throw prefixFailure(error, `cannot unpack layer ${layers[layer]?.digest ?? ''}`);
      }
    }
    checkSize(tree, limits);
  } catch (error) {
    close();
    throw error;
  }
  return { tree, close };
}

async function unpackAll(
  layers: readonly LayerBlob[],
  diffIds: readonly string[],
  dir: string,
  limits: ImageLimits,
): Promise<readonly string[]> {
  const budget = new LayerBudget(limits);
  const files = layers.map((_, i) => join(dir, `${i}.tar`));
  const pending = [...layers.entries()];
  const work = async (): Promise<void> => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const [i, layer] = next;
      await unpackLayer(layer, diffIds[i] ?? '', { target: files[i] ?? '', limits, budget });
    }
  };
  const workers = Array.from({ length: Math.min(availableParallelism(), MAX_PARALLEL) }, work);
  // the others end before the caller removes the directory
  const ends = await Promise.allSettled(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        pending.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return files;
}

/** Holes of files are bytes in an ACI. @throws RktFailure */
function checkSize(tree: ImageTree, limits: ImageLimits): void {
  const bytes = tree.contentBytes();
  if (bytes > limits.unpackedBytes)
    throw beyondLimit('unpackedBytes', limits, `the files of the image have ${formatSize(bytes)}`);
  if (!Number.isSafeInteger(bytes)) throw new RktFailure('the files of the image are too large');
}
