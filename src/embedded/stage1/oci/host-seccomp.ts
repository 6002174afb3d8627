import { RktFailure } from '../../embedded-context.ts';
import type { OciSeccomp, OciSyscall, OciSyscallArgument } from './runtime-config-types.ts';

/** Where Debian's golang-github-containers-common, and other distributions, put the profile that their engines share. */
export const HOST_PROFILES: readonly string[] = [
  '/etc/containers/seccomp.json',
  '/usr/share/containers/seccomp.json',
];

/** The machine that a profile is read for. */
export interface SeccompHost {
  /** As `process.arch` says it. */
  readonly arch: string;
  /** As `uname -r` prints it. */
  readonly kernel: string;
  /** What the app may do. */
  readonly capabilities: readonly string[];
}

interface Filter {
  readonly caps?: readonly string[] | null;
  readonly arches?: readonly string[] | null;
  readonly minKernel?: string | null;
}

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number | null;
  readonly args?: readonly OciSyscallArgument[] | null;
  readonly includes?: Filter | null;
  readonly excludes?: Filter | null;
}

interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number | null;
  readonly archMap?:
    readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[] | null;
  readonly syscalls: readonly Rule[];
}

/** Names of architectures: libseccomp's, and those that profiles filter by. */
const ARCHITECTURES: Readonly<Record<string, { readonly scmp: string; readonly name: string }>> = {
  x64: { scmp: 'SCMP_ARCH_X86_64', name: 'amd64' },
  arm64: { scmp: 'SCMP_ARCH_AARCH64', name: 'arm64' },
  arm: { scmp: 'SCMP_ARCH_ARM', name: 'arm' },
  ppc64: { scmp: 'SCMP_ARCH_PPC64LE', name: 'ppc64le' },
  s390x: { scmp: 'SCMP_ARCH_S390X', name: 's390x' },
  riscv64: { scmp: 'SCMP_ARCH_RISCV64', name: 'riscv64' },
};

/** The older architectures whose programs a kernel runs as well: a filter has to cover them. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_ARM'],
};

/** All architectures of a machine, by libseccomp's names. */
export function seccompArchitectures(arch: string): readonly string[] {
  const own = ARCHITECTURES[arch]?.scmp;
  return own === undefined ? [] : [own, ...(ALSO[arch] ?? [])];
}

/**
 * A profile in the form that docker, podman and containers-common share, for one machine and one app.
 *
 * @throws RktFailure for text that is no profile
 */
export function hostProfile(text: string, path: string, host: SeccompHost): OciSeccomp {
  const profile = parse(text, path);
  const own = ARCHITECTURES[host.arch]?.scmp;
  const entry = profile.archMap?.find(({ architecture }) => architecture === own);
  const listed = entry === undefined ? [] : [entry.architecture, ...(entry.subArchitectures ?? [])];
  return {
    defaultAction: profile.defaultAction,
    ...(typeof profile.defaultErrnoRet === 'number' ? { defaultErrnoRet: profile.defaultErrnoRet } : {}),
    architectures: listed.length === 0 ? seccompArchitectures(host.arch) : listed,
    syscalls: profile.syscalls.filter((rule) => applies(rule, host)).map(ruleOf),
  };
}

function parse(text: string, path: string): Profile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isProfile(value)) return value;
  throw new RktFailure(`${path} is no seccomp profile: repair it, or remove it to use the bundled one`);
}

/** No schema library: that would be loaded by every start of a pod. */
function isProfile(value: unknown): value is Profile {
  const { defaultAction, syscalls, archMap } = (value ?? {}) as Partial<Record<keyof Profile, unknown>>;
  return (
    typeof defaultAction === 'string' &&
    isListOf(syscalls, isRule) &&
    (isNone(archMap) ||
      isListOf(
        archMap,
        (entry) => typeof (entry as { architecture?: unknown } | null)?.architecture === 'string',
      ))
  );
}

function isRule(value: unknown): value is Rule {
  const { names, action, args, includes, excludes } = (value ?? {}) as Partial<Record<keyof Rule, unknown>>;
  const isArgument = (entry: unknown): boolean => {
    const { index, value: wanted, op } = (entry ?? {}) as Partial<Record<string, unknown>>;
    return typeof index === 'number' && typeof wanted === 'number' && typeof op === 'string';
  };
  return (
    typeof action === 'string' &&
    isListOf(names, isText) &&
    (isNone(args) || isListOf(args, isArgument)) &&
    [includes, excludes].every((filter) => isNone(filter) || isFilter(filter))
  );
}

function isFilter(value: unknown): value is Filter {
  const { caps, arches, minKernel } = (value ?? {}) as Partial<Record<keyof Filter, unknown>>;
  return (
    [caps, arches].every((list) => isNone(list) || isListOf(list, isText)) &&
    (isNone(minKernel) || isText(minKernel))
  );
}

const isNone = (value: unknown): boolean => value === undefined || value === null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isListOf = (value: unknown, isOne: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

function applies({ includes, excludes }: Rule, host: SeccompHost): boolean {
  const has = (name: string): boolean => host.capabilities.includes(name);
  const isOf = (arch: string): boolean => arch === ARCHITECTURES[host.arch]?.name;
  const [wanted, unwanted] = [includes?.caps ?? [], excludes?.caps ?? []];
  const [here, elsewhere] = [includes?.arches ?? [], excludes?.arches ?? []];
  if (!wanted.every(has) || unwanted.some(has)) return false;
  if ((here.length > 0 && !here.some(isOf)) || elsewhere.some(isOf)) return false;
  return isRecent(includes, host.kernel) !== false && isRecent(excludes, host.kernel) !== true;
}

function isRecent(rule: Filter | null | undefined, kernel: string): boolean | undefined {
  const minimum = rule?.minKernel;
  if (typeof minimum !== 'string' || minimum === '') return undefined;
  const numbers = (version: string): readonly number[] => version.split(/[.-]/).slice(0, 2).map(Number);
  const [[major = 0, minor = 0], [wantedMajor = 0, wantedMinor = 0]] = [numbers(kernel), numbers(minimum)];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function ruleOf({ names, action, errnoRet, args }: Rule): OciSyscall {
  return {
    ...{ names, action },
    ...(typeof errnoRet === 'number' ? { errnoRet } : {}),
    ...(args === undefined || args === null || args.length === 0
      ? {}
      : {
          args: args.map(({ index, value, valueTwo, op }) => ({
            ...{ index, value, op },
            ...(typeof valueTwo === 'number' ? { valueTwo } : {}),
          })),
        }),
  };
}
