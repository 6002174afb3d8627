import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryDir } from './embedded-rkt.ts';
import { startCli, type CliOptions, type CliProcess, type CliResult } from './cli-process.ts';

const EMBEDDED = fileURLToPath(new URL('../../bin/rkt-embedded', import.meta.url));

/** A store of its own for the commands `rkt-streams image …`. */
export class ImageSandbox {
  readonly #dir = temporaryDir();
  readonly path = this.#dir.path;
  readonly store = join(this.path, 'store');
  readonly env: Readonly<Record<string, string>> = {
    RKT_STREAMS_RKT: 'embedded',
    RKT_STREAMS_RKT_DIR: this.store,
    RKT_STREAMS_DATA_DIR: join(this.path, 'data'),
  };

  start(args: readonly string[], options: CliOptions = {}): CliProcess {
    return startCli(['image', ...args], { cwd: this.path, ...options, env: { ...this.env, ...options.env } });
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.start(args, options).ended;
  }

  /** The embedded rkt under a version that a real one prints: its commands are those that both have. */
  likeARealRkt(): string {
    const file = join(this.path, 'rkt');
    const version = "'rkt Version: 1.30.0\\nappc Version: 0.8.11\\n'";
    const script = `for word do [ "$word" = version ] && exec printf ${version}; done\nexec ${EMBEDDED} "$@"\n`;
    writeFileSync(file, `#!/bin/sh\n${script}`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Names in a directory of the store. */
  names(dir: string): readonly string[] {
    const path = join(this.store, 'cas', dir);
    return existsSync(path) ? readdirSync(path) : [];
  }

  remove(): void {
    this.#dir.remove();
  }
}
