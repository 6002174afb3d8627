import { z } from 'zod';
import { shortened } from '../aci/meter.ts';
import { RktFailure } from '../embedded-context.ts';
import { parseDocument } from './json-document.ts';
import { isIndexType, isLayerType, isManifestType, isSchema1Type } from './media-types.ts';

const MAX_LAYERS = 1000;
const MAX_MANIFESTS = 1000;

const platformSchema = z.object({
  architecture: z.string().max(64),
  os: z.string().max(64),
  variant: z.string().max(64).nullish(),
});

const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: z
    .string()
    .regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, 'expected sha256: or sha512: and hex digits'),
  size: z.number().int().nonnegative(),
});

const indexEntrySchema = descriptorSchema.extend({
  platform: platformSchema.nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

const indexSchema = z.object({
  mediaType: z.string().nullish(),
  manifests: z.array(indexEntrySchema).max(MAX_MANIFESTS),
});

const manifestSchema = z.object({
  mediaType: z.string().nullish(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MAX_LAYERS),
});

/** Only what says which kind of document it is. */
const kindSchema = z.looseObject({
  schemaVersion: z.unknown(),
  mediaType: z.string().nullish(),
});

/** A blob: what it is, its digest and its size in bytes. */
export type OciDescriptor = z.output<typeof descriptorSchema>;
/** A manifest, or another index, that an index lists. */
export type OciIndexEntry = z.output<typeof indexEntrySchema>;
export type OciIndex = z.output<typeof indexSchema> & { readonly kind: 'index' };
export type OciManifest = z.output<typeof manifestSchema> & { readonly kind: 'manifest' };

/**
 * Parses what a registry or a layout holds under the digest or tag of an image.
 *
 * @param mediaType as it was delivered (`Content-Type`, or of the descriptor): used where the document does not say it
 * @throws RktFailure for schema 1, for artifacts that are no images, and for what is not valid
 */
export function parseManifest(text: string, mediaType?: string): OciIndex | OciManifest {
  const kind = parseDocument(kindSchema, text, 'manifest');
  const delivered = mediaType?.split(';')[0]?.trim() ?? '';
  const type = kind.mediaType ?? delivered;
  if (type !== delivered && (isIndexType(delivered) || isManifestType(delivered)))
    throw new RktFailure(
      `the manifest of the image says ${shortened(type)}, but was delivered as ${delivered}`,
    );
  if (isSchema1Type(type) || kind.schemaVersion === 1)
    throw new RktFailure(
      'the image has a manifest of schema 1, which registries gave up in 2019; push it again with a current docker, skopeo or podman',
    );
  if (kind.schemaVersion !== 2) throw new RktFailure('the manifest of the image has no schemaVersion 2');
  if (Array.isArray(kind['manifests']) && Array.isArray(kind['layers']))
    throw new RktFailure('the manifest of the image is an index as well, so it has two meanings');
  const isIndex = isIndexType(type) || (!isManifestType(type) && Array.isArray(kind['manifests']));
  if (isIndex) return { ...parseDocument(indexSchema, text, 'index'), kind: 'index' };
  const manifest = parseDocument(manifestSchema, text, 'manifest');
  const odd = manifest.layers.find((layer) => !isLayerType(layer.mediaType));
  if (odd !== undefined)
    throw new RktFailure(
      `the image has a layer of media type ${JSON.stringify(odd.mediaType)}, which is no file system layer`,
    );
  return { ...manifest, kind: 'manifest' };
}
