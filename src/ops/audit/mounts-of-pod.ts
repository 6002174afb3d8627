import { join } from 'node:path';

import { mountsBelow } from '../../sources/mounts.ts';
import type { OpsContext } from '../ops-context.ts';
import type { Remain } from './remains.ts';

const PHASES = ['prepared', 'run', 'exited-garbage', 'garbage'];
/** The directories in a pod in which rkt mounts. */
const MADE_BY_RKT = ['stage1', 'overlay'];

/** The mounts of rkt for a pod in the mount namespace of this process, the latest first. */
export function mountsOfPod(
  { rktDir }: Pick<OpsContext, 'rktDir'>,
  { what: podId, startToken }: Remain,
): readonly Remain[] {
  return PHASES.flatMap((phase) => {
    const directory = join(rktDir, 'pods', phase, podId);
    return mountsBelow(directory).flatMap(({ mountPoint, fsType }): readonly Remain[] => {
      if (mountPoint === join(directory, 'netns') && fsType === 'nsfs')
        return [{ kind: 'network-namespace', what: mountPoint, startToken }];
      const isOfRkt = MADE_BY_RKT.some((name) => mountPoint.startsWith(join(directory, name, '/')));
      return isOfRkt ? [{ kind: 'mount', what: mountPoint, startToken }] : [];
    });
  });
}
