import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../embedded-context.ts';

/** Where a key is trusted: for all images (`''`) or for names below a prefix. */
function keyDir(configDir: string, prefix: string): string {
  return prefix === ''
    ? join(configDir, 'trustedkeys/root.d')
    : join(configDir, 'trustedkeys/prefix.d', prefix);
}

/** Trusts a key: writes it into the local configuration directory and returns the file's path. */
export function storeKey(ctx: RktContext, prefix: string, fingerprint: string, key: Buffer): string {
  const dir = keyDir(ctx.localConfigDir, prefix);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const path = join(dir, fingerprint.toLowerCase());
  writeFileSync(path, key, { mode: 0o644 });
  return path;
}

/**
 * Keys trusted for an image name: those of the root, and of every prefix of it, in system and local configuration.
 *
 * An empty file of the local configuration masks the key of that name of the system configuration.
 */
export function trustedKeys(ctx: RktContext, imageName: string): readonly Buffer[] {
  const parts = imageName.split('/');
  const prefixes = ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
  const keys = new Map<string, Buffer>();
  for (const configDir of [ctx.systemConfigDir, ctx.localConfigDir]) {
    for (const prefix of prefixes) {
      const dir = keyDir(configDir, prefix);
      for (const file of filesIn(dir)) keys.set(`${prefix}/${file}`, readFileSync(join(dir, file)));
    }
  }
  return [...keys.values()].filter((key) => key.length > 0);
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((file) => statSync(join(dir, file)).isFile());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
