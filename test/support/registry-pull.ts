import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RktContext } from '../../src/embedded/embedded-context.ts';
import { RktFailure } from '../../src/embedded/embedded-context.ts';
import type { OciImage } from '../../src/embedded/oci/oci-image.ts';
import { resolveManifest } from '../../src/embedded/registry/manifests.ts';
import { Progress } from '../../src/embedded/registry/progress.ts';
import { pullImage } from '../../src/embedded/registry/pull.ts';
import { parseReference } from '../../src/embedded/registry/reference.ts';
import { ImageSources } from '../../src/embedded/registry/image-sources.ts';
import { temporaryDir, testContext } from './embedded-rkt.ts';

/** A machine that pulls images: its configuration, and where blobs go. */
export class Puller {
  readonly #sandbox = temporaryDir();
  /** What would have been waited for, in ms. */
  readonly waits: number[] = [];
  readonly printed: string[] = [];
  readonly ctx: RktContext;
  readonly dir: string;

  constructor(overrides: Partial<RktContext> = {}) {
    this.dir = join(this.#sandbox.path, 'blobs');
    const stderr = (text: string): void => void this.printed.push(text);
    this.ctx = testContext(this.#sandbox.path, { stderr, ...overrides });
  }

  /** Pulls `REGISTRY/NAME…`, without waiting between attempts. */
  async pull(text: string, overrides: Partial<RktContext> = {}): Promise<OciImage> {
    const ctx = { ...this.ctx, ...overrides };
    const reference = parseReference(`docker://${text}`);
    const pace = { sleep: (ms: number) => Promise.resolve(void this.waits.push(ms)) };
    const sources = new ImageSources(ctx, reference, pace);
    return pullImage(ctx, sources, await resolveManifest(ctx, sources, reference), {
      dir: this.dir,
      progress: new Progress(ctx),
    });
  }

  /** What rkt prints of the failure of a pull. */
  async failure(text: string, overrides: Partial<RktContext> = {}): Promise<string> {
    try {
      await this.pull(text, overrides);
    } catch (error) {
      if (error instanceof RktFailure) return error.describe(false);
      throw error;
    }
    throw new Error(`${text} was pulled`);
  }

  /** Writes a file of the local configuration: `auth.d/hub.json`. */
  configure(path: string, entry: Readonly<Record<string, unknown>> | string): void {
    const file = join(this.ctx.localConfigDir, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, typeof entry === 'string' ? entry : JSON.stringify({ rktVersion: 'v1', ...entry }));
  }

  /** Names of complete blobs and of begun ones. */
  files(): readonly string[] {
    return existsSync(this.dir) ? readdirSync(this.dir).sort() : [];
  }

  path(name: string): string {
    return join(this.#sandbox.path, name);
  }

  remove(): void {
    this.#sandbox.remove();
  }
}
