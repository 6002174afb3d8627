import type { Stage1 } from '../stage1-contract.ts';
import { flyEnter } from './fly-enter.ts';
import { flyLaunch } from './fly-launch.ts';

/** A changed root and bind mounts, as rkt's stage1 of that name does it: the app shares all other namespaces with the host. */
export const flyStage1: Stage1 = {
  flavor: 'fly',
  name: 'rkt-streams/stage1-embedded',
  enterLabel: 'fly-enter',
  entryFiles: { run: 'run.sh', enter: 'enter.sh', gc: 'gc.sh', stop: 'stop.sh' },
  helpers: ['become-app.pl'],
  check: () => undefined,
  launch: flyLaunch,
  enter: flyEnter,
  teardown: () => undefined,
};
