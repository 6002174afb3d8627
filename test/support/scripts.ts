import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for executables that play rkt. */
export interface ScriptDirectory {
  readonly path: string;
  /** Writes a POSIX sh script and returns its path. */
  script(name: string, body: string): Promise<string>;
  remove(): Promise<void>;
}

export async function scriptDirectory(): Promise<ScriptDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  return {
    path,
    async script(name, body) {
      const file = join(path, name);
      await writeFile(file, `#!/bin/sh\n${body}\n`);
      await chmod(file, 0o755);
      return file;
    },
    remove: () => rm(path, { recursive: true }),
  };
}
