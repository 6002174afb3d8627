import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { ImageLimits } from '../aci/image-limits.ts';
import { RktFailure } from '../embedded-context.ts';
import { matchesDigest } from '../registry/digest.ts';
import { aciName, aciVersion, parseReference } from '../registry/reference.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { archiveText, copyOut } from './archive-files.ts';
import type { LayerBlob, OciImage } from './oci-image.ts';
import { parseDocument } from './json-document.ts';
import type { OciDescriptor, OciIndexEntry, OciManifest } from './oci-manifest.ts';
import { parseManifest } from './oci-manifest.ts';
import type { ImageOrigin } from './origin.ts';
import { choosePlatform } from './oci-platform.ts';

/** An image that was found in an archive, its layers copied out of it. */
export interface ArchivedImage {
  readonly image: OciImage;
  readonly origin: ImageOrigin;
}

/** What is wanted of an archive. */
export interface ArchiveOrder {
  readonly files: ArchiveFiles;
  /** `redis:3.2`, or the name of a reference in a layout; absent: the only one. */
  readonly reference?: string;
  /** What an image without a name is called by. */
  readonly fallbackName: string;
  /** For the layers. */
  readonly dir: string;
  readonly limits: ImageLimits;
}

const MAX_IMAGES = 1000;
const MAX_DEPTH = 4;
const CONTAINERD_NAME = 'io.containerd.image.name';
const REF_NAME = 'org.opencontainers.image.ref.name';
const path = z.string().min(1).max(4095);
const dockerManifestSchema = z
  .array(
    z.object({
      Config: path,
      RepoTags: z.array(z.string().max(512)).max(MAX_IMAGES).nullish(),
      Layers: z.array(path).max(MAX_IMAGES).nullish(),
    }),
  )
  .max(MAX_IMAGES);

/** An image of what `docker save` has written. @throws RktFailure */
export function dockerArchiveImage(order: ArchiveOrder): ArchivedImage {
  const { files, reference } = order;
  const images = parseDocument(dockerManifestSchema, archiveText(files, 'manifest.json'), 'manifest.json');
  const wanted = reference === undefined ? undefined : fullName(reference);
  const named = images.flatMap((image) => (image.RepoTags ?? []).map((tag) => ({ image, tag })));
  const found =
    wanted === undefined
      ? images.length === 1 && { image: images[0], tag: named[0]?.tag }
      : named.find(({ tag }) => fullName(tag) === wanted);
  if (found === false || found?.image === undefined)
    throw notFound(
      reference,
      named.map(({ tag }) => tag),
    );
  const { image, tag } = found;
  const configText = archiveText(files, image.Config);
  const layers = (image.Layers ?? []).map((layer, i) => layerBlob(order, layer, i, ''));
  return {
    image: { configDigest: digestOf(configText), configText, layers },
    origin: tag === undefined ? unnamed(order) : originOf(tag),
  };
}

/** An image of an OCI layout. @throws RktFailure */
export function layoutImage(order: ArchiveOrder): ArchivedImage {
  const { files, reference } = order;
  const index = parseManifest(archiveText(files, 'index.json'));
  if (index.kind !== 'index') throw new RktFailure('index.json of the archive is no index');
  const names = [...new Set(index.manifests.flatMap(namesOf))];
  const candidates =
    reference === undefined
      ? index.manifests
      : index.manifests.filter((entry) => namesOf(entry).includes(reference));
  const isAmbiguous =
    reference === undefined && new Set(index.manifests.map((entry) => namesOf(entry)[0])).size > 1;
  if (candidates.length === 0 || isAmbiguous) throw notFound(reference, names);
  const entry = choosePlatform({ ...index, manifests: candidates });
  const { manifest, digest } = manifestOf(files, entry, MAX_DEPTH);
  const configText = checkedText(files, manifest.config);
  const layers = manifest.layers.map(({ digest: layer }, i) => layerBlob(order, blobPath(layer), i, layer));
  return {
    image: { manifestDigest: digest, configDigest: manifest.config.digest, configText, layers },
    origin: layoutOrigin(order, entry),
  };
}

function manifestOf(
  files: ArchiveFiles,
  entry: OciDescriptor,
  depth: number,
): { readonly manifest: OciManifest; readonly digest: string } {
  const parsed = parseManifest(checkedText(files, entry), entry.mediaType);
  if (parsed.kind === 'manifest') return { manifest: parsed, digest: entry.digest };
  if (depth === 0) throw new RktFailure('the indexes of the archive are nested too deep');
  return manifestOf(files, choosePlatform(parsed), depth - 1);
}

function checkedText(files: ArchiveFiles, { digest }: OciDescriptor): string {
  const text = archiveText(files, blobPath(digest));
  if (matchesDigest(Buffer.from(text), digest)) return text;
  throw new RktFailure(`${digest} in the archive has another content: the archive is damaged`);
}

/** Digests are checked, so this is one name in one directory. */
function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** @param digest what it has to be; empty: the config's diff_id alone decides */
function layerBlob({ files, dir, limits }: ArchiveOrder, from: string, i: number, digest: string): LayerBlob {
  const file = join(dir, `${i}.blob`);
  const copied = copyOut(files, from, file, limits);
  if (digest.startsWith('sha256:') && copied.digest !== digest)
    throw new RktFailure(`layer ${digest} in the archive has another content: the archive is damaged`);
  return { digest: copied.digest, mediaType: '', file, bytes: copied.bytes };
}

function namesOf({ annotations }: OciIndexEntry): readonly string[] {
  return [annotations?.[REF_NAME], annotations?.[CONTAINERD_NAME]].filter((name) => name !== undefined);
}

function layoutOrigin(order: ArchiveOrder, { annotations }: OciIndexEntry): ImageOrigin {
  const ref = annotations?.[REF_NAME];
  const full = annotations?.[CONTAINERD_NAME] ?? (/[/:]/.test(ref ?? '') ? ref : undefined);
  if (full !== undefined) return originOf(full);
  return { ...unnamed(order), ...(ref === undefined ? {} : { version: ref }) };
}

function originOf(text: string): ImageOrigin {
  const reference = parseReference(`docker://${text}`);
  const version = aciVersion(reference);
  const { registry, repository } = reference;
  const name = aciName(reference);
  return {
    name,
    ...(version === undefined ? {} : { version }),
    originalName: text,
    registryUrl: registry,
    repository,
  };
}

function unnamed({ fallbackName }: ArchiveOrder): ImageOrigin {
  const name = fallbackName
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  const repository = name === '' ? 'image' : name;
  return { name: repository, originalName: fallbackName, registryUrl: '', repository };
}

/** Names with and without registry and `latest` are the same; a text that is no reference is only itself. */
function fullName(text: string): string {
  try {
    const reference = parseReference(`docker://${text}`);
    return `${aciName(reference)}:${aciVersion(reference) ?? text}`;
  } catch (error) {
    if (error instanceof RktFailure) return text;
    throw error;
  }
}

function notFound(reference: string | undefined, names: readonly string[]): RktFailure {
  const there = names.length === 0 ? 'none has a name' : `there are ${names.slice(0, 20).join(', ')}`;
  if (reference === undefined)
    return new RktFailure(`the archive has not exactly one image; name one: ${there}`);
  return new RktFailure(`the archive has no image ${JSON.stringify(reference)}; ${there}`);
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
