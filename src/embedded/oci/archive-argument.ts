import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RktContext } from '../embedded-context.ts';

/** An archive that an image argument names. */
export interface ArchiveArgument {
  /** What it must be; absent: whichever it is. */
  readonly kind?: 'oci' | 'docker-archive';
  readonly path: string;
  readonly reference?: string;
}

const SPELLING = /^(oci|docker-archive|archive):(?!\/\/)(.+)$/s;

/**
 * Reads `oci:PATH[:REF]`, `docker-archive:PATH[:REF]`, `archive:PATH[:REF]` for whichever of both it is, and the path or `file://` URL of a file whose name ends in `.tar`.
 *
 * @returns undefined for what is none of these
 */
export function archiveArgument(ctx: Pick<RktContext, 'cwd'>, text: string): ArchiveArgument | undefined {
  const [, kind, rest] = SPELLING.exec(text) ?? [];
  if (rest !== undefined)
    return { ...(kind !== 'archive' && { kind: kind as 'oci' }), ...splitReference(ctx, rest) };
  if (!text.endsWith('.tar')) return undefined;
  if (text.startsWith('file://')) return { path: fileURLToPath(text) };
  const path = resolve(ctx.cwd, text);
  const isPath = text.startsWith('/') || /^\.\.?\//.test(text) || existsSync(path);
  return isPath && !/^[a-z-]+:\/\//.test(text) ? { path } : undefined;
}

/** A path may hold colons: the longest one that exists is meant. */
function splitReference(ctx: Pick<RktContext, 'cwd'>, text: string): ArchiveArgument {
  const whole = resolve(ctx.cwd, text);
  if (existsSync(whole)) return { path: whole };
  for (let at = text.lastIndexOf(':'); at > 0; at = text.lastIndexOf(':', at - 1)) {
    const path = resolve(ctx.cwd, text.slice(0, at));
    if (existsSync(path)) return { path, reference: text.slice(at + 1) };
  }
  const colon = text.indexOf(':');
  if (colon < 0) return { path: whole };
  return { path: resolve(ctx.cwd, text.slice(0, colon)), reference: text.slice(colon + 1) };
}
