import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The name under which a file that is complete is kept: `demo.rec.0001764251234567`, by the time of its begin. */
export function rotatedPath(file: string, beganAtMs: number): string {
  return `${file}.${String(Math.max(0, Math.trunc(beganAtMs))).padStart(16, '0')}`;
}

/** The earlier files of a recording, oldest first. */
export function rotatedFiles(file: string): readonly string[] {
  const prefix = `${basename(file)}.`;
  const isRotated = (name: string): boolean =>
    name.startsWith(prefix) && /^\d{16}$/.test(name.slice(prefix.length));
  return listed(dirname(file))
    .filter(isRotated)
    .sort()
    .map((name) => join(dirname(file), name));
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
