/** Where an image comes from: what its ACI is named by, and remembers as annotations. */
export interface ImageOrigin {
  /** An AC identifier: `registry-1.docker.io/library/redis`. */
  readonly name: string;
  /** The tag; absent for an image by digest. */
  readonly version?: string;
  /** As the user wrote it: `redis:3.2`. */
  readonly originalName: string;
  /** `registry-1.docker.io`; empty for one out of a file. */
  readonly registryUrl: string;
  /** `library/redis`. */
  readonly repository: string;
}
