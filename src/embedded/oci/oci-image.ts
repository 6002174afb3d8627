/** A layer of an image as it was delivered: a tar, perhaps compressed, whose bytes were checked against the digest. */
export interface LayerBlob {
  /** `sha256:…` of the file as it is. */
  readonly digest: string;
  readonly mediaType: string;
  /** The file; it belongs to the source of the image, which removes it. */
  readonly file: string;
  readonly bytes: number;
}

/**
 * One image for this platform as a registry, an OCI layout or a docker archive delivers it, before it becomes an ACI.
 * The texts are checked against their digests; nothing else of them is.
 */
export interface OciImage {
  /** `sha256:…` of the manifest; absent in a docker archive, which has none. */
  readonly manifestDigest?: string;
  /** `sha256:…` of the config. */
  readonly configDigest: string;
  /** The config, as JSON text. */
  readonly configText: string;
  /** From the lowest to the highest. */
  readonly layers: readonly LayerBlob[];
}
