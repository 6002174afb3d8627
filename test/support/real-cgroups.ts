import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { Context } from 'mocha';

import { detectCgroups, type Cgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { TaskCgroup } from '../../src/sources/cgroup/task-cgroup.ts';
import { requires, skipFor } from './requirements.ts';

export const TEST_PARENT = `rkt-streams-test-${process.pid}`;

/** The cgroups of this machine; skips the test where it may not make any. */
export async function realCgroups(context: Context): Promise<Cgroups> {
  const cgroups = await detectCgroups({ parent: TEST_PARENT });
  requires(context, 'root');
  if (cgroups.version === 'none') skipFor(context, 'cgroups', 'needs a writable cgroup hierarchy');
  return cgroups;
}

/** Starts a shell that joins the cgroup before it runs the script. */
export async function startIn(cgroup: TaskCgroup, script: string): Promise<ChildProcess> {
  const join = 'for file; do echo $$ > "$file" || exit 99; done; echo joined; exec sh -c "$SCRIPT"';
  const child = spawn('sh', ['-c', join, 'sh', ...cgroup.procsFiles], {
    env: { ...process.env, SCRIPT: script },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}
