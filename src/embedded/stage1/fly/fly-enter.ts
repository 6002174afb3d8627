import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { appEnvironment, joinCgroups, setOomScore } from '../../pods/app-command.ts';
import { becomeApp } from '../../pods/become-app.ts';
import { resolveCredentials, wantedCredentials } from '../../pods/app-credentials.ts';
import { executableProblem } from '../../pods/executable.ts';
import { SecretWords } from '../../pods/exec-line.ts';
import { LaunchScript } from '../../pods/launch-script.ts';
import { appImageManifest, podFile, podPid, readPodManifest } from '../../pods/pod-info.ts';
import { livePid } from '../../pods/process.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { hostTool } from '../../pods/shell.ts';
import type { EnterOrder } from '../stage1-contract.ts';

/** Joins the pod's mounts, takes on the app's identity and environment, and execs. @throws RktFailure of fly's enter */
export function flyEnter(ctx: RktContext, order: EnterOrder): string {
  const { pod, appName: name, argv, privileges } = order;
  const pid = livePid(pod);
  const root = `/proc/${pid ?? podPid(pod) ?? 0}/root`;
  const envFile = `stage1/rootfs/rkt/env/${name}`;
  const environment = podFile(pod, envFile);
  if (pid === undefined || !existsSync(`${root}/.`)) {
    throw new RktFailure('Failed to get pod root', [`readlink ${root}: no such file or directory`]);
  }
  if (environment === undefined) {
    throw new RktFailure('Failed to read app env', [
      `open ${join(pod.dir, envFile)}: no such file or directory`,
    ]);
  }
  const app = readPodManifest(pod).apps.find((candidate) => candidate.name === name);
  // The link itself is no directory; what it leads to is.
  const view = new RootfsView(`${root}/.`);
  const [program = ''] = argv;
  const problem = program.startsWith('/') ? executableProblem(view, program) : missingRelative(view, program);
  if (problem !== undefined) throw new RktFailure('exec failed', [problem]);
  const wanted = wantedCredentials(app?.app ?? {}, appImageManifest(pod, name));
  const process = { root, workingDir: '/', credentials: resolveCredentials(view, wanted, root) };
  const script = new LaunchScript();
  setOomScore(ctx, script, app?.app ?? {});
  joinCgroups(ctx, script);
  const lines = environment.split('\n').filter((line) => line.includes('='));
  const pairs = app?.app === undefined ? lines : appEnvironment(app.app.environment ?? []);
  const secrets = new SecretWords();
  const variables = pairs.map((pair) => secrets.variable(pair));
  const words = becomeApp(ctx, secrets, { privileges, process, variables, argv, label: 'fly-enter' });
  const entry = [hostTool(ctx.env, 'nsenter'), `--mount=/proc/${pid}/ns/mnt`];
  const user = privileges === 'root' ? [] : [`--user=/proc/${pid}/ns/user`, '--preserve-credentials'];
  secrets.exports.forEach((line) => script.raw(line));
  script.raw('export LC_ALL=C');
  script.run('exec', ...entry, ...user, '--', ...words);
  return script.toString();
}

/** There is no search: a bare name is a file of the root directory, where the command starts. */
function missingRelative(view: RootfsView, program: string): string | undefined {
  return executableProblem(view, `/${program}`);
}
