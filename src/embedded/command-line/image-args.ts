import { appFlagOf, parseMount } from './app-flags.ts';
import type { AppArgs, AppDraft, MountArg } from './app-args.ts';
import type { FlagSpec } from './args.ts';
import { Flags, parseFlags } from './args.ts';
import { RktFailure, UsageFailure } from '../embedded-context.ts';

export { appFlags, fetchAppFlags } from './app-flags.ts';

/** A parsed run/prepare/fetch command line. */
export interface ImageArgs {
  readonly apps: readonly AppArgs[];
  /** `--mount` in front of the first image: applies to all apps. */
  readonly mounts: readonly MountArg[];
}

/** How {@link parseImageArgs} reads a command line. */
export interface ImageArgsOptions {
  /** False: `--` after an image is an error (fetch). Default true. */
  readonly appArgs?: boolean;
  /** Outer message of what goes wrong after an image. */
  readonly failure?: string;
}

/**
 * Reads `IMAGE [per-app flags] [-- args… [---]] IMAGE …`: what a command with `interspersed: false` gets as `args`.
 *
 * `flags` are those parsed in front of the first image; flags of the pod that follow an image are added to them.
 * @throws UsageFailure for per-app flags in front of the images, RktFailure for what is wrong after one
 */
export function parseImageArgs(
  flags: Flags,
  args: readonly string[],
  options: ImageArgsOptions = {},
): ImageArgs {
  rejectEarlyFlags(flags);
  const mounts = flags.spec('mount') === undefined ? [] : flags.list('mount').map(toMount);
  const reader = new ImageArgsReader(flags, options.appArgs ?? true);
  try {
    reader.read(args);
    checkMounts(flags, [...mounts, ...reader.apps.flatMap((app) => app.mounts)]);
  } catch (error) {
    if (error instanceof RktFailure)
      throw new RktFailure(options.failure ?? 'error parsing app image arguments', [error.message]);
    throw error;
  }
  return { apps: reader.apps, mounts };
}

function toMount(value: string): MountArg {
  const mount = parseMount(value);
  if (typeof mount === 'string') throw new RktFailure(mount);
  return mount;
}

/** Per-app flags in front of the first image are found by the first pass, which only stores them. */
function rejectEarlyFlags(flags: Flags): void {
  const early = flags.given.find(({ spec }) => appFlagOf(spec) !== undefined);
  if (early === undefined) return;
  const { spec, value, arg } = early;
  throw new UsageFailure(
    `invalid argument ${JSON.stringify(value)} for ${arg}: --${spec.name} must follow an image`,
  );
}

function checkMounts(flags: Flags, mounts: readonly MountArg[]): void {
  if (flags.spec('volume') === undefined) return;
  const volumes = flags.list('volume').map((volume) => volume.split(',')[0]);
  const dangling = mounts.find(({ volume }) => !volumes.includes(volume));
  if (dangling === undefined) return;
  const { path, volume } = dangling;
  throw new RktFailure(
    `dangling mount point ${JSON.stringify(path)}: volume ${JSON.stringify(volume)} not found`,
  );
}

class ImageArgsReader {
  readonly apps: AppDraft[] = [];
  readonly #flags: Flags;
  readonly #allowAppArgs: boolean;
  #appsWithArgs = 0;

  constructor(flags: Flags, allowAppArgs: boolean) {
    this.#flags = flags;
    this.#allowAppArgs = allowAppArgs;
  }

  read(args: readonly string[]): void {
    for (let i = 0; i < args.length; i += 1) {
      const arg = args[i] ?? '';
      if (arg === '--') i = this.#appArgs(args, i + 1);
      else if (arg === '---') continue;
      else if (arg.startsWith('-') && arg.length > 1) i = this.#flagsAt(args, i) - 1;
      else this.apps.push(emptyApp(arg));
    }
  }

  /** Takes everything up to `---`; returns the index of the last argument taken. */
  #appArgs(args: readonly string[], from: number): number {
    const app = this.apps.at(-1);
    if (!this.#allowAppArgs) throw new RktFailure('app arguments unsupported');
    if (app === undefined) throw new RktFailure('an image is required before any app arguments');
    if (this.#appsWithArgs === this.apps.length)
      throw new RktFailure('only one set of app arguments allowed per image');
    this.#appsWithArgs = this.apps.length;
    const end = args.indexOf('---', from);
    app.args = args.slice(from, end < 0 ? undefined : end);
    return end < 0 ? args.length : end;
  }

  /** Reads the flags that start at `from`; returns the index of the first argument behind them. */
  #flagsAt(args: readonly string[], from: number): number {
    const stop = args.findIndex((arg, i) => i >= from && (arg === '--' || arg === '---'));
    const part = args.slice(from, stop < 0 ? undefined : stop);
    const { rest } = parseFlags([], part, {
      interspersed: false,
      into: this.#flags,
      onFlag: (spec, value) => this.#apply(spec, value),
    });
    return from + part.length - rest.length;
  }

  #apply(spec: FlagSpec, value: string): string | undefined {
    const app = this.apps.at(-1);
    const apply = appFlagOf(spec);
    if (app === undefined) return undefined;
    if (apply !== undefined) return apply(app, value);
    if (spec.name === 'mount') app.mounts = [...app.mounts, toMount(value)];
    return undefined;
  }
}

function emptyApp(image: string): AppDraft {
  return {
    image,
    args: [],
    environment: [],
    mounts: [],
    annotations: [],
    userAnnotations: [],
    userLabels: [],
  };
}
