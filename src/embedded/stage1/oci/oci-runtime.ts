import { statfsSync } from 'node:fs';

import type { RktContext } from '../../embedded-context.ts';
import { RktFailure } from '../../embedded-context.ts';
import type { PodEntry } from '../../pods/phases.ts';
import { podFile } from '../../pods/pod-info.ts';
import { findHostTool } from '../../pods/shell.ts';

/** The mount point of the unified hierarchy beside those of v1. */
export const UNIFIED = '/sys/fs/cgroup/unified';
export const CGROUP_ROOT = '/sys/fs/cgroup';
const CGROUP2_SUPER_MAGIC = 0x63677270;

/** The OCI runtimes that pods run with, the preferred one first. */
export const RUNTIMES = ['crun', 'runc'] as const;
type RuntimeName = (typeof RUNTIMES)[number];

/** Chooses one of them. */
export const RUNTIME_VARIABLE = 'RKT_STREAMS_OCI_RUNTIME';

/** The file of a pod that holds the name and the path of its runtime. */
export const RUNTIME_FILE = 'oci/runtime';

/** Programs of the host that run a pod. */
export interface OciRuntime {
  readonly name: RuntimeName;
  /** Absolute. */
  readonly path: string;
  /** Absolute path of catatonit; without it the app is process 1 of its namespace. */
  readonly init: string | undefined;
  /** Absolute path of perl, which waits for a container of runc; undefined for crun, which does so itself. */
  readonly perl: string | undefined;
}

type Environment = RktContext['env'];

/** Finds what runs a new pod. @throws RktFailure that names what is missing and the remedy */
export function findRuntime({ env }: Pick<RktContext, 'env'>): OciRuntime {
  const allowed = allowedRuntimes(env);
  const name = allowed.find((one) => findHostTool(env, one) !== undefined);
  const path = name === undefined ? undefined : findHostTool(env, name);
  if (name === undefined || path === undefined)
    throw new RktFailure(
      `the stage1 oci needs ${allowed.join(' or ')}, which is not installed: please install it`,
    );
  return withTools(env, name, path);
}

/** What runs a pod that was started. @throws RktFailure when it is gone */
export function runtimeOfPod({ env }: Pick<RktContext, 'env'>, pod: PodEntry): OciRuntime {
  const [stored = '', ...rest] = (podFile(pod, RUNTIME_FILE) ?? '').split(' ');
  const name = RUNTIMES.find((one) => one === stored);
  if (name === undefined) return findRuntime({ env });
  return withTools(env, name, rest.join(' '));
}

/** The runtimes that a pod may get. @throws RktFailure for a name that is none */
export function allowedRuntimes(env: Environment): readonly RuntimeName[] {
  const wanted = env[RUNTIME_VARIABLE] ?? '';
  if (wanted === '') return RUNTIMES;
  const name = RUNTIMES.find((one) => one === wanted);
  if (name !== undefined) return [name];
  throw new RktFailure(
    `${RUNTIME_VARIABLE}=${JSON.stringify(wanted)} is no OCI runtime: it can be ${RUNTIMES.join(' or ')}`,
  );
}

function withTools(env: Environment, name: RuntimeName, path: string): OciRuntime {
  const init = findHostTool(env, 'catatonit');
  if (name === 'crun') return { name, path, init, perl: undefined };
  const perl = findHostTool(env, 'perl');
  if (perl === undefined)
    throw new RktFailure('the stage1 oci needs perl with runc, which is not installed: please install it');
  return { name, path, init, perl };
}

/**
 * The option that leaves a container in the cgroups of its caller. runc has none: it makes a cgroup of its own, unless it has no
 * right to and thinks that it runs without root.
 */
export function cgroupOption({ name }: Pick<OciRuntime, 'name'>): string {
  return name === 'crun' ? '--cgroup-manager=disabled' : '--rootless=true';
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
