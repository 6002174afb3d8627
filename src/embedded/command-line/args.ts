import { parseDurationMs } from '../../model/go-duration.ts';
import { UsageFailure } from '../embedded-context.ts';

/** `string` shows its default in quotes, `value` and `list` without; a list collects all occurrences. */
export type FlagKind = 'bool' | 'string' | 'value' | 'list' | 'duration';

/** One flag of a command. */
export interface FlagSpec {
  readonly name: string;
  readonly kind: FlagKind;
  /** Default as text; `false` for bools unless given, `` for the others. */
  readonly default?: string;
  readonly help: string;
  /** Value of the flag given without `=VALUE`; such a flag never takes the next argument. */
  readonly noOptDefault?: string;
  /** What is wrong with a value, or undefined. Its text ends the error `invalid argument "v" for --name=v: …`. */
  readonly check?: (value: string) => string | undefined;
  /** Old spelling: still accepted, not in the help, answered with this advice on stderr. */
  readonly deprecated?: string;
  /** Stored under this name instead (for deprecated spellings). */
  readonly aliasOf?: string;
}

/** Called for each flag in the order of the command line; may say what is wrong with it. */
export type OnFlag = (spec: FlagSpec, value: string) => string | undefined;

/** Parsed flags with typed access; asking for an undeclared flag is a programming error. */
export class Flags {
  readonly #specs: ReadonlyMap<string, FlagSpec>;
  readonly #values = new Map<string, string[]>();
  /** Every flag in the order of the command line, `arg` as it was written. */
  readonly given: { readonly spec: FlagSpec; readonly value: string; readonly arg: string }[] = [];
  readonly #warn: (advice: string) => void;

  /** `warn` gets a line of advice for each deprecated flag. */
  constructor(specs: readonly FlagSpec[], warn: (advice: string) => void = () => undefined) {
    this.#warn = warn;
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
  }

  spec(name: string): FlagSpec | undefined {
    return this.#specs.get(name);
  }

  add(spec: FlagSpec, value: string, arg: string): void {
    const name = spec.aliasOf ?? spec.name;
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    this.given.push({ spec, value, arg });
    if (spec.deprecated !== undefined)
      this.#warn(`Flag --${spec.name} has been deprecated, ${spec.deprecated}`);
  }

  isSet(name: string): boolean {
    return this.#values.has(name);
  }

  string(name: string): string {
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new TypeError(`no such flag: ${name}`);
    return this.#values.get(name)?.at(-1) ?? spec.default ?? (spec.kind === 'bool' ? 'false' : '');
  }

  bool(name: string): boolean {
    return parseBool(this.string(name)) === true;
  }

  /** All values in order; each occurrence of the flag is one entry, not split at commas. */
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  durationMs(name: string): number {
    return parseDurationMs(this.string(name)) ?? 0;
  }
}

/** What Go's ParseBool accepts. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

/** Result of one pass over a command line. */
export interface ParsedArgs {
  readonly flags: Flags;
  readonly rest: readonly string[];
}

/** How {@link parseFlags} reads a command line. */
export interface ParseOptions {
  /** False: stop at the first argument that is no flag. Default true. */
  readonly interspersed?: boolean;
  /** Collects into these flags instead of new ones. */
  readonly into?: Flags;
  readonly onFlag?: OnFlag;
}

/**
 * Parses `--flag`, `--flag=value`, `--flag value` and `--` the way rkt's own parser does.
 *
 * @throws UsageFailure with rkt's message for unknown flags and bad values
 */
export function parseFlags(
  specs: readonly FlagSpec[],
  argv: readonly string[],
  options: ParseOptions = {},
): ParsedArgs {
  const flags = options.into ?? new Flags(specs);
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i] ?? '';
    if (arg === '--') return { flags, rest: [...rest, ...argv.slice(i + 1)] };
    if (arg.length < 2 || !arg.startsWith('-')) {
      if (options.interspersed === false) return { flags, rest: [...rest, ...argv.slice(i)] };
      rest.push(arg);
      continue;
    }
    if (readFlag(flags, arg === '-h' ? '--help' : arg, argv[i + 1], options.onFlag)) i += 1;
  }
  return { flags, rest };
}

/** Reads one flag; true when it took the next argument as its value. */
function readFlag(flags: Flags, arg: string, next: string | undefined, onFlag: OnFlag | undefined): boolean {
  if (!arg.startsWith('--')) throw new UsageFailure(`unknown shorthand flag: '${arg[1] ?? ''}' in ${arg}`);
  const [name, inline] = splitOnce(arg.slice(2));
  if (name === '' || name.startsWith('-')) throw new UsageFailure(`bad flag syntax: ${arg}`);
  const spec = flags.spec(name);
  if (spec === undefined) throw new UsageFailure(`unknown flag: --${name}`);
  const implied = spec.kind === 'bool' ? 'true' : spec.noOptDefault;
  const value = inline ?? implied ?? next;
  if (value === undefined) throw new UsageFailure(`flag needs an argument: --${name}`);
  const problem = checkValue(spec, value) ?? onFlag?.(spec, value);
  if (problem !== undefined)
    throw new UsageFailure(`invalid argument ${JSON.stringify(value)} for ${arg}: ${problem}`);
  flags.add(spec, value, arg);
  return inline === undefined && implied === undefined;
}

function checkValue(spec: FlagSpec, value: string): string | undefined {
  if (spec.kind === 'bool' && parseBool(value) === undefined) {
    return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
  }
  if (spec.kind === 'duration' && parseDurationMs(value) === undefined) {
    return `time: invalid duration ${JSON.stringify(value)}`;
  }
  return spec.check?.(value);
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
