import { existsSync } from 'node:fs';

import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { runtimeAppProblem } from './oci-check.ts';
import type { CheckOrder, Stage1 } from '../stage1-contract.ts';
import { findRuntime } from './oci-runtime.ts';
import { ociEnter } from './oci-enter.ts';
import { ociLaunch } from './oci-launch.ts';
import { removeCgroups } from './pod-cgroup.ts';

/** An OCI runtime: the app has namespaces, capabilities, a filter of system calls and devices of its own. */
export const ociStage1: Stage1 = {
  flavor: 'oci',
  name: 'rkt-streams/stage1-oci',
  enterLabel: 'enter',
  entryFiles: { run: 'run.sh', enter: 'oci-enter.sh', gc: 'gc.sh', stop: 'stop.sh' },
  helpers: [],
  check,
  launch: ociLaunch,
  enter: ociEnter,
  teardown: (_ctx, pod) => removeCgroups(pod),
};

function check(ctx: RktContext, { manifest, flags, privileges }: CheckOrder): void {
  const { init } = findRuntime(ctx);
  if (privileges !== 'root' && flags.bool('private-users'))
    throw new RktFailure(
      '--private-users needs root with CAP_SYS_ADMIN: without it a pod has the user 0 alone, who is the caller',
    );
  if (flags.bool('private-users') && !existsSync('/proc/self/ns/user'))
    throw new RktFailure('--private-users is not supported, kernel compiled without user namespace support');
  if (manifest.apps.length > 1 && init === undefined)
    throw new RktFailure('a pod of several apps needs catatonit, which is not installed: please install it');
  for (const { app } of manifest.apps) {
    const problem = app === undefined ? undefined : runtimeAppProblem(ctx, app);
    if (problem !== undefined) throw new RktFailure(problem);
  }
}
