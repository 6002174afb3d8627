import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from '../../command.ts';
import { RktFailure, tell, UsageFailure, type RktContext } from '../../context.ts';
import { acNameProblem } from '../../names.ts';
import { appEnvironment, joinCgroups, setOomScore } from '../app-command.ts';
import { becomeApp } from '../become-app.ts';
import { resolveCredentials, wantedCredentials } from '../credentials.ts';
import { executableProblem } from '../executable.ts';
import { SecretWords } from '../exec-line.ts';
import { launcherOf } from '../hand-over.ts';
import { LaunchScript } from '../launch-script.ts';
import { findPod } from '../phases.ts';
import {
  appImageManifest,
  podFile,
  podPid,
  podStatus,
  readPodManifest,
  type PodStatus,
} from '../pod-info.ts';
import { requireNamespaces, type Privileges } from '../privileges.ts';
import { livePid } from '../process.ts';
import { RootfsView } from '../rootfs-view.ts';
import { hostTool } from '../shell.ts';

const DEFAULT_COMMAND = '/bin/bash';

export const command: Command = {
  name: 'enter',
  summary: 'Enter the namespaces of an app within a rkt pod',
  usage: 'enter [--app=APPNAME] UUID [CMD [ARGS ...]]',
  description: [
    'UUID should be the UUID of a running pod.',
    '',
    'By default the CMD that is run is /bin/bash, providing the user with shell',
    'access to the running pod.',
  ].join('\n'),
  flags: [{ name: 'app', kind: 'string', help: 'name of the app to enter within the specified pod' }],
  interspersed: false,
  run: (ctx, flags, args) => {
    const [uuid, ...argv] = args;
    if (uuid === undefined) throw new UsageFailure('');
    const privileges = requireNamespaces(ctx);
    const pod = podStatus(ctx, findPod(ctx, uuid, 'problem retrieving pod'));
    if (pod.state !== 'running')
      throw new RktFailure(`pod ${JSON.stringify(pod.uuid)} isn't currently running`);
    const name = appName(pod, flags.string('app'));
    if (argv.length === 0) tell(ctx, `no command specified, assuming ${JSON.stringify(DEFAULT_COMMAND)}`);
    try {
      launcherOf(ctx)(enterScript(ctx, pod, name, argv.length === 0 ? [DEFAULT_COMMAND] : argv, privileges));
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      tell(ctx, error.describe(false), 'fly-enter');
      return Promise.resolve(error.exitCode);
    }
    return Promise.resolve(0);
  },
};

function appName(pod: PodStatus, wanted: string): string {
  const fail = (problem: string) => new RktFailure('unable to determine app name', [problem]);
  if (wanted !== '') {
    const problem = acNameProblem(wanted);
    if (problem !== undefined) throw fail(problem);
    return wanted;
  }
  const { apps } = readPodManifest(pod);
  const [app] = apps;
  if (app === undefined) throw fail('pod contains zero apps');
  if (apps.length > 1)
    throw fail(
      `pod contains multiple apps, use --app to choose one: ${apps.map(({ name }) => name).join(', ')}`,
    );
  return app.name;
}

/** Joins the pod's mounts, takes on the app's identity and environment, and execs. @throws RktFailure of fly's enter */
function enterScript(
  ctx: RktContext,
  pod: PodStatus,
  name: string,
  argv: readonly string[],
  privileges: Privileges,
): string {
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
