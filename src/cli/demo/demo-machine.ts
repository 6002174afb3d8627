import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export function processIds(): readonly number[] {
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The child processes of this process, whichever thread started them. */
export function childrenOfThis(): ReadonlySet<number> {
  const parent = `\nPPid:\t${process.pid}\n`;
  return new Set(processIds().filter((pid) => text(`/proc/${pid}/status`).includes(parent)));
}

/** A process that cannot be read does not exist, or belongs to another user. */
export function entries(directory: string): readonly string[] {
  return attempt(() => readdirSync(directory), []);
}

export function text(file: string): string {
  return attempt(() => readFileSync(file, 'utf8'), '');
}

export function target(link: string): string {
  return attempt(() => readlinkSync(link), '');
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
