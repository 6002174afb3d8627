import { z } from 'zod';

/** An image to use as stage1: a path, a URL, a hash, a file of rkt's stage1 directory, or the name of an image. */
export const stage1Schema = z
  .string()
  .min(1)
  .refine((text) => !text.startsWith('-'), 'begins with a dash')
  .refine((text) => !text.includes('\0'), 'contains a NUL byte')
  .refine((text) => !isRelativePath(text), 'must be absolute when it is a path');

/** A relative path would have no defined base. */
function isRelativePath(text: string): boolean {
  return text.startsWith('.') || (/^[^/:]+\/.*\.aci$/.test(text) && !text.includes('://'));
}

/** How a stage1 is referenced, which is the last word of rkt's flag. */
export type Stage1Kind = 'path' | 'url' | 'hash' | 'from-dir' | 'name';

/** How rkt should find a stage1. */
export function stage1Kind(stage1: string): Stage1Kind {
  if (stage1.startsWith('/')) return 'path';
  if (/^(?:https?|docker|file):\/\//.test(stage1)) return 'url';
  if (/^sha512-[0-9a-f]+$/.test(stage1)) return 'hash';
  return stage1.endsWith('.aci') ? 'from-dir' : 'name';
}
