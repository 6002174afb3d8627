import { readFileSync } from 'node:fs';

import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import { parseQuantity } from '../../manifest/quantity.ts';
import type { OciResources } from './runtime-config-types.ts';

/** The length of a period of the CPU controller, in µs: the kernel's own. */
const PERIOD_US = 100_000;

/** The limits that isolators ask for, as an OCI runtime takes them; undefined where they ask for none. */
export function isolatorLimits(isolators: readonly ManifestIsolator[]): OciResources | undefined {
  const memory = limitOf(isolators, 'resource/memory');
  const cpu = limitOf(isolators, 'resource/cpu');
  const shares = isolators.find(({ name }) => name === 'os/linux/cpu-shares')?.value;
  const limits = {
    ...(memory === undefined ? {} : { memory: { limit: Number((memory + 999n) / 1000n) } }),
    ...(cpu === undefined && typeof shares !== 'number'
      ? {}
      : {
          cpu: {
            ...(cpu === undefined ? {} : { quota: Number(cpu) * (PERIOD_US / 1000), period: PERIOD_US }),
            ...(typeof shares === 'number' ? { shares } : {}),
          },
        }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** In thousandths. The last of several counts. */
function limitOf(isolators: readonly ManifestIsolator[], name: string): bigint | undefined {
  const value = isolators.findLast((isolator) => isolator.name === name)?.value as
    { readonly limit?: unknown } | undefined;
  const { limit } = value ?? {};
  if (typeof limit !== 'string' && typeof limit !== 'number') return undefined;
  return parseQuantity(String(limit))?.milli;
}

/** A cgroup for one pod below that of this process, in the hierarchy that has the limits. */
export function ownCgroupPath(uuid: string): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  const fields = lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const found = fields.find((field) => field?.[1]?.split(',').includes('memory')) ?? fields.at(-1);
  return `${(found?.[2] ?? '/').replace(/\/$/, '')}/rkt-${uuid}`;
}
