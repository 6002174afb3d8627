import type { RktContext } from '../embedded-context.ts';
import { RktFailure, unexpectedFailure } from '../embedded-context.ts';
import { sourcesOf } from './registry-endpoints.ts';
import type { Source } from './registry-endpoints.ts';
import type { ImageReference } from './reference.ts';
import type { Pace } from './retry.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

/** The mirrors and the registry of one image: whatever is wanted of it comes from the first that has it. */
export class ImageSources {
  readonly pace: Pace;
  readonly #ctx: RktContext;
  readonly #repository: string;
  readonly #sources: readonly Source[];
  readonly #sessions = new Map<Source, Promise<Session>>();
  readonly #warned = new Set<string>();

  /** @throws RktFailure when `registries.d` cannot be read */
  constructor(ctx: RktContext, { registry, repository }: ImageReference, pace: Pace) {
    this.#ctx = ctx;
    this.#repository = repository;
    this.pace = pace;
    this.#sources = sourcesOf(ctx, registry);
  }

  /**
   * What the first source gives that does not fail; what is wrong with those before it is printed.
   *
   * @throws RktFailure of the last source
   */
  async first<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
    for (const [i, source] of this.#sources.entries()) {
      try {
        return await use(await this.#open(source));
      } catch (error) {
        const failure = error instanceof RktFailure ? error : unexpectedFailure(error);
        if (i === this.#sources.length - 1) throw failure;
        this.#warn(`${source.name}: ${failure.describe(false)}`);
      }
    }
    throw new RktFailure('there is no registry to ask');
  }

  /** A session is opened when it is needed, and once. */
  #open(source: Source): Promise<Session> {
    const known = this.#sessions.get(source);
    if (known !== undefined) return known;
    const opened = openSession(this.#ctx, source, this.#repository, this.pace);
    this.#sessions.set(source, opened);
    return opened;
  }

  #warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#ctx.stderr(`image: ${text}; trying the next\n`);
  }
}
