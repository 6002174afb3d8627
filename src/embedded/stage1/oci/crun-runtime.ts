import { statfsSync } from 'node:fs';

import type { RktContext } from '../../embedded-context.ts';
import { RktFailure } from '../../embedded-context.ts';
import { findHostTool } from '../../pods/shell.ts';

/** The mount point of the unified hierarchy beside those of v1. */
export const UNIFIED = '/sys/fs/cgroup/unified';
const CGROUP_ROOT = '/sys/fs/cgroup';
const CGROUP2_SUPER_MAGIC = 0x63677270;

/** Programs of the host that run a pod. */
export interface OciRuntime {
  /** Absolute path of crun. */
  readonly crun: string;
  /** Absolute path of catatonit; without it the app is process 1 of its namespace. */
  readonly init: string | undefined;
}

/** Finds what runs a pod. @throws RktFailure that names what is missing and the remedy */
export function findRuntime({ env }: Pick<RktContext, 'env'>): OciRuntime {
  const crun = findHostTool(env, 'crun');
  if (crun === undefined)
    throw new RktFailure('the stage1 oci needs crun, which is not installed: please install it');
  return { crun, init: findHostTool(env, 'catatonit') };
}

/** How cgroups are mounted: v1, v1 with the unified hierarchy beside it, or that alone. */
export type CgroupMode = 'legacy' | 'hybrid' | 'unified' | 'none';

export function cgroupMode(): CgroupMode {
  if (isCgroup2(CGROUP_ROOT)) return 'unified';
  if (isCgroup2(UNIFIED)) return 'hybrid';
  return statfsType(`${CGROUP_ROOT}/memory`) === undefined ? 'none' : 'legacy';
}

function isCgroup2(path: string): boolean {
  return statfsType(path) === CGROUP2_SUPER_MAGIC;
}

function statfsType(path: string): number | undefined {
  try {
    return statfsSync(path).type;
  } catch {
    return undefined;
  }
}
