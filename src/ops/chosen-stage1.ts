import type { DriverConfig } from '../model/driver-config.ts';
import type { RktRuntime } from '../model/fingerprint.ts';
import type { TaskConfig } from '../model/task-config.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import { hasTrustPrefix } from './arguments/global-arguments.ts';

/** The stage1 of a task, as far as its name shows it. */
export interface ChosenStage1 {
  /** As the task or the driver configuration names it; absent for rkt's default. */
  readonly name?: string;
  /** `missing` is one that the embedded rkt does not have, `unknown` one of a real rkt whose name does not show it. */
  readonly flavor: 'fly' | 'oci' | 'missing' | 'unknown';
}

/** Stage1 images whose apps are only chrooted. */
const FLY = /(?:^|[/-])(?:fly|embedded)\b/;
const OCI = /^(?:rkt-streams\/stage1-oci|oci)(?::[^/]*)?$|(?:^|\/)(?:stage1-)?oci\.aci$/;

/** The stage1 that a task will have. That of the task wins over that of the driver. */
export function chosenStage1(
  { stage1 }: Pick<TaskConfig, 'stage1'>,
  policy: Pick<DriverConfig, 'stage1'>,
  runtime: RktRuntime,
): ChosenStage1 {
  const name = stage1 ?? policy.stage1;
  if (name === undefined) return { flavor: runtime === 'embedded' ? 'fly' : 'unknown' };
  if (FLY.test(name)) return { name, flavor: 'fly' };
  if (runtime !== 'embedded') return { name, flavor: 'unknown' };
  return { name, flavor: OCI.test(name) ? 'oci' : 'missing' };
}

/** What `--insecure-options=all` switches off of the verification of images, and nothing of the isolation of pods. */
const UNVERIFIED: TaskSpec['config']['insecure_options'] = ['image', 'tls', 'ondisk', 'http', 'pubkey'];

/**
 * The task as its command lines of rkt are made from it: a stage1 that the embedded rkt lacks, and that the operator lets go, is
 * left out. A pod of oci keeps its isolation where the task only leaves its image unverified.
 */
export function withStage1(spec: TaskSpec, { name, flavor }: ChosenStage1): TaskSpec {
  const { config } = spec;
  const isImplied = config.insecure_options.length === 0 && !hasTrustPrefix(config);
  return {
    ...spec,
    config: {
      ...config,
      stage1: flavor === 'missing' ? undefined : name,
      ...(flavor === 'oci' && isImplied ? { insecure_options: UNVERIFIED } : {}),
    },
  };
}
