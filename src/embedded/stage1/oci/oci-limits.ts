import { readFileSync } from 'node:fs';

import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import { parseQuantity } from '../../manifest/quantity.ts';

/** The length of a period of the CPU controller, in µs: the kernel's own. */
const PERIOD_US = 100_000;
const CGROUP_ROOT = '/sys/fs/cgroup';

/** The limits that isolators ask for. */
export interface IsolatorLimits {
  readonly memoryBytes?: number;
  readonly cpuQuotaUs?: number;
  readonly cpuShares?: number;
}

/** A cgroup of a pod, and what is written to its files. */
export interface LimitedCgroup {
  /** Absolute path of the directory. */
  readonly dir: string;
  readonly settings: readonly { readonly file: string; readonly value: number | string }[];
}

/** What isolators of memory and CPU ask for; the last of several counts. */
export function isolatorLimits(isolators: readonly ManifestIsolator[]): IsolatorLimits {
  const memory = limitOf(isolators, 'resource/memory');
  const cpu = limitOf(isolators, 'resource/cpu');
  const shares = isolators.find(({ name }) => name === 'os/linux/cpu-shares')?.value;
  return {
    ...(memory === undefined ? {} : { memoryBytes: Number((memory + 999n) / 1000n) }),
    ...(cpu === undefined ? {} : { cpuQuotaUs: Number(cpu) * (PERIOD_US / 1000) }),
    ...(typeof shares === 'number' ? { cpuShares: shares } : {}),
  };
}

/** In thousandths. */
function limitOf(isolators: readonly ManifestIsolator[], name: string): bigint | undefined {
  const value = isolators.findLast((isolator) => isolator.name === name)?.value as
    { readonly limit?: unknown } | undefined;
  const { limit } = value ?? {};
  if (typeof limit !== 'string' && typeof limit !== 'number') return undefined;
  return parseQuantity(String(limit))?.milli;
}

/**
 * The cgroups that give a pod these limits, below those of the launcher.
 *
 * @param membership text of the launcher's /proc/self/cgroup
 */
export function limitedCgroups(
  limits: IsolatorLimits,
  membership: string,
  name: string,
): readonly LimitedCgroup[] {
  const { memoryBytes, cpuQuotaUs, cpuShares } = limits;
  const unified = /^0::(.*)$/m.exec(membership)?.[1];
  const dirOf = (controller: string): string | undefined => {
    const fields = membership.split('\n').map((line) => /^\d+:([^:]+):(.*)$/.exec(line));
    const found = fields.find((field) => field?.[1]?.split(',').includes(controller));
    return found?.[2] === undefined ? undefined : `${CGROUP_ROOT}/${controller}${below(found[2], name)}`;
  };
  const [memoryDir, cpuDir] = [dirOf('memory'), dirOf('cpu')];
  if (memoryDir === undefined && cpuDir === undefined) {
    const settings = [
      ...setting('memory.max', memoryBytes),
      ...setting('cpu.max', cpuQuotaUs === undefined ? undefined : `${cpuQuotaUs} ${PERIOD_US}`),
      ...setting('cpu.weight', cpuShares === undefined ? undefined : weightOf(cpuShares)),
    ];
    return cgroup(`${CGROUP_ROOT}${below(unified ?? '/', name)}`, settings);
  }
  return [
    ...cgroup(memoryDir, setting('memory.limit_in_bytes', memoryBytes)),
    ...cgroup(cpuDir, [...setting('cpu.cfs_quota_us', cpuQuotaUs), ...setting('cpu.shares', cpuShares)]),
  ];
}

/** The cgroups of a pod that its caller has given none. */
export function ownCgroups(isolators: readonly ManifestIsolator[], uuid: string): readonly LimitedCgroup[] {
  return limitedCgroups(isolatorLimits(isolators), readFileSync('/proc/self/cgroup', 'utf8'), `rkt-${uuid}`);
}

const below = (path: string, name: string): string => `${path.replace(/\/$/, '')}/${name}`;

function setting(file: string, value: number | string | undefined): LimitedCgroup['settings'] {
  return value === undefined ? [] : [{ file, value }];
}

function cgroup(dir: string | undefined, settings: LimitedCgroup['settings']): readonly LimitedCgroup[] {
  return dir === undefined || settings.length === 0 ? [] : [{ dir, settings }];
}

/** As container runtimes map the shares of v1 (2 to 262144) to the weight of v2 (1 to 10000). */
function weightOf(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262142);
}
