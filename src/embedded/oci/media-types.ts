/** Media types of docker and OCI images, each by what it is for. */
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const SCHEMA1 = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
];
/** `nondistributable` and `foreign` layers are ordinary ones that a registry may refuse to keep. */
const LAYER =
  /^application\/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1\.tar|docker\.image\.rootfs(\.foreign)?\.diff\.tar)([.+](gzip|zstd))?$/;

/** What a registry is asked for, the preferred first. */
export const ACCEPTED_MEDIA_TYPES: readonly string[] = [...INDEXES, ...MANIFESTS];

export function isIndexType(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

export function isManifestType(mediaType: string): boolean {
  return MANIFESTS.includes(mediaType);
}

export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA1.includes(mediaType);
}

export function isLayerType(mediaType: string): boolean {
  return LAYER.test(mediaType);
}
