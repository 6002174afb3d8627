import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { beyondLimit, imageLimits } from '../aci/image-limits.ts';
import type { ImageLimits } from '../aci/image-limits.ts';
import { DOCUMENT_BYTES } from '../oci/json-document.ts';
import type { OciDescriptor, OciManifest } from '../oci/oci-manifest.ts';
import { parseManifest } from '../oci/oci-manifest.ts';
import { ACCEPTED_MEDIA_TYPES } from '../oci/media-types.ts';
import { choosePlatform } from '../oci/oci-platform.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { formatSize } from '../command-line/text.ts';
import { readBody } from './bodies.ts';
import { digestProblem, matchesDigest, sha256Of } from './digest.ts';
import type { ImageReference } from './reference.ts';
import { manifestName } from './reference.ts';
import type { Session } from './session.ts';
import type { ImageSources } from './image-sources.ts';

/** Deeper nesting of indexes does not occur in practice. */
const MAX_DEPTH = 3;

/** The manifest for this machine, and the digest of its bytes. */
export interface ResolvedManifest {
  readonly digest: string;
  readonly manifest: OciManifest;
}

/**
 * Gets the manifest of an image for Linux on this machine, through an index if there is one.
 *
 * @throws RktFailure when there is none, when bytes are not those of their digest, or beyond the limits
 */
export async function resolveManifest(
  ctx: RktContext,
  sources: ImageSources,
  reference: ImageReference,
): Promise<ResolvedManifest> {
  const limits = imageLimits(ctx);
  const { digest } = reference;
  let found = await sources.first((session) =>
    document(session, `manifests/${manifestName(reference)}`, { ...(digest && { digest }), limits }),
  );
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const manifest = parseManifest(found.text, found.mediaType);
    if (manifest.kind === 'manifest')
      return { digest: found.digest, manifest: withinLimits(manifest, limits) };
    const entry = choosePlatform(manifest);
    found = await sources.first((session) =>
      document(session, `manifests/${entry.digest}`, { ...entry, limits }),
    );
  }
  throw new RktFailure(`the image is an index within ${MAX_DEPTH} others`);
}

/** The config of an image, as text. @throws RktFailure as for manifests */
export async function fetchConfig(
  ctx: RktContext,
  sources: ImageSources,
  { digest, size }: OciDescriptor,
): Promise<string> {
  const limits = imageLimits(ctx);
  const { text } = await sources.first((session) =>
    document(session, `blobs/${digest}`, { digest, size, limits }),
  );
  return text;
}

function withinLimits(manifest: OciManifest, limits: ImageLimits): OciManifest {
  const bytes = manifest.layers.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= limits.downloadBytes) return manifest;
  throw beyondLimit('downloadBytes', limits, `the layers of the image have ${formatSize(bytes)}`);
}

interface Expected {
  readonly digest?: string;
  readonly size?: number;
  readonly limits: ImageLimits;
}

interface Document {
  readonly text: string;
  readonly digest: string;
  readonly mediaType?: string;
}

async function document(session: Session, path: string, expected: Expected): Promise<Document> {
  const maxBytes = Math.min(DOCUMENT_BYTES, expected.limits.manifestBytes);
  const { size = 0 } = expected;
  if (size > maxBytes)
    throw new RktFailure(
      `the image names ${path} with ${formatSize(size)}, more than ${formatSize(maxBytes)}`,
    );
  try {
    const response = await session.get(path, { accept: [...ACCEPTED_MEDIA_TYPES, '*/*;q=0.1'].join(', ') });
    const { headers } = response;
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      response.destroy();
      throw new Error(`it is sent with the encoding ${session.cleaned(encoding)}, which was not asked for`);
    }
    const bytes = await readBody(response, maxBytes);
    const digest = verified(bytes, expected, headers['docker-content-digest']);
    const mediaType = headers['content-type'];
    return { text: bytes.toString(), digest, ...(mediaType === undefined ? {} : { mediaType }) };
  } catch (error) {
    if (error instanceof RktFailure) throw error;
    throw new RktFailure(`cannot get ${path} from ${session.name}: ${session.cleaned(reasonOf(error))}`);
  }
}

/** The digest of bytes that are what was expected, else of what the registry says that they are. */
function verified(bytes: Buffer, { digest, size }: Expected, header: string | string[] | undefined): string {
  if (size !== undefined && bytes.length !== size)
    throw new Error(`it has ${bytes.length} bytes instead of ${size}`);
  const said = typeof header === 'string' && digestProblem(header) === undefined ? header : undefined;
  const wanted = digest ?? said;
  if (wanted === undefined) return sha256Of(bytes);
  if (!matchesDigest(bytes, wanted)) throw new Error(`its bytes are not those of ${wanted}`);
  return wanted;
}
