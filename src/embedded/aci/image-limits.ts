import type { RktContext } from '../embedded-context.ts';
import { RktFailure, wrapFailure } from '../embedded-context.ts';
import { readKind } from '../rkt-configuration.ts';
import { formatSize, parseSize } from '../command-line/text.ts';

/** How large an image may be. Sizes are bytes; `Infinity` is no limit. */
export interface ImageLimits {
  /** An image file as it is downloaded. */
  readonly downloadBytes: number;
  /** What a download has to bring in each minute. */
  readonly downloadBytesPerMinute: number;
  /** The uncompressed tar; rendered, those of all dependencies together. */
  readonly unpackedBytes: number;
  /** Uncompressed bytes for each byte of the image file… */
  readonly compressionRatio: number;
  /** …checked only above this size of the uncompressed tar. */
  readonly compressionRatioFromBytes: number;
  /** Members of the tar; rendered, those of all dependencies together. */
  readonly entries: number;
  /** Components of a path. */
  readonly depth: number;
  /** The image manifest, or a pod manifest. */
  readonly manifestBytes: number;
}

const KIB = 1024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;

/** Far above real images, far below what exhausts a machine. */
export const DEFAULT_LIMITS: ImageLimits = {
  downloadBytes: 32 * GIB,
  downloadBytesPerMinute: 64 * KIB,
  unpackedBytes: 64 * GIB,
  compressionRatio: 200,
  compressionRatioFromBytes: GIB,
  entries: 2_000_000,
  depth: 256,
  manifestBytes: 4 * MIB,
};

export const LIMITS_VARIABLE = 'RKT_STREAMS_IMAGE_LIMITS';
const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof ImageLimits)[];

/**
 * The limits of this call: the defaults, `limits.d` of the configuration directories, the variable
 * `RKT_STREAMS_IMAGE_LIMITS` (`name=value,…`); later ones win.
 *
 * @throws RktFailure naming a limit that is unknown or a value that cannot be read
 */
export function imageLimits(
  ctx: Pick<RktContext, 'env' | 'systemConfigDir' | 'localConfigDir' | 'userConfigDir'>,
): ImageLimits {
  try {
    return { ...DEFAULT_LIMITS, ...configuredLimits(ctx), ...parseLimits(ctx.env[LIMITS_VARIABLE] ?? '') };
  } catch (error) {
    throw wrapFailure(error, 'cannot get the limits of images');
  }
}

function configuredLimits(ctx: Parameters<typeof imageLimits>[0]): Partial<ImageLimits> {
  const dirs = [ctx.systemConfigDir, ctx.localConfigDir, ctx.userConfigDir].filter(
    (dir) => dir !== undefined,
  );
  const entries = dirs.flatMap((dir) => readKind(dir, 'limits'));
  return Object.fromEntries(
    entries.flatMap(({ rktKind: _kind, rktVersion: _version, ...limits }) =>
      Object.entries(limits).map(([name, value]) => limitOf(name, String(value), 'limits.d')),
    ),
  );
}

function parseLimits(text: string): Partial<ImageLimits> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return limitOf(name.trim(), value.trim(), LIMITS_VARIABLE);
    }),
  );
}

function limitOf(name: string, text: string, place: string): [string, number] {
  if (!NAMES.some((known) => known === name))
    throw new RktFailure(`unknown limit ${JSON.stringify(name)} in ${place}: known are ${NAMES.join(', ')}`);
  if (text === 'none') return [name, Infinity];
  const value = parseSize(text);
  if (value === undefined)
    throw new RktFailure(
      `bad value ${JSON.stringify(text)} of limit ${name} in ${place}: give a positive number, with KiB, MiB, GiB or TiB if need be, or none`,
    );
  return [name, value];
}

/** The failure of an image beyond a limit; `found` says what is too large. */
export function beyondLimit(name: keyof ImageLimits, limits: ImageLimits, found: string): RktFailure {
  const shown = name.includes('Bytes') ? formatSize(limits[name]) : String(limits[name]);
  return new RktFailure(
    `${found}; the limit ${name} is ${shown}, set ${LIMITS_VARIABLE}=${name}=VALUE or limits.d to change it`,
  );
}
