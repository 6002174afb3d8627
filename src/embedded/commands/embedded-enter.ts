import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, UsageFailure, type RktContext } from '../embedded-context.ts';
import { acNameProblem } from '../names.ts';
import { stage1OfPod } from '../stage1/known-stage1.ts';
import { launcherOf } from '../pods/hand-over.ts';
import { findPod } from '../pods/phases.ts';
import { podStatus, readPodManifest, type PodStatus } from '../pods/pod-info.ts';
import { requireNamespaces } from '../pods/privileges.ts';

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
    const name = appName(ctx, pod, flags.string('app'));
    if (argv.length === 0)
      printMessage(ctx, `no command specified, assuming ${JSON.stringify(DEFAULT_COMMAND)}`);
    const stage1 = stage1OfPod(pod);
    const words = argv.length === 0 ? [DEFAULT_COMMAND] : argv;
    try {
      launcherOf(ctx)(stage1.enter(ctx, { pod, appName: name, argv: words, privileges }));
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      printMessage(ctx, error.describe(false), stage1.enterLabel);
      return Promise.resolve(error.exitCode);
    }
    return Promise.resolve(0);
  },
};

function appName(ctx: RktContext, pod: PodStatus, wanted: string): string {
  const fail = (problem: string) => new RktFailure('unable to determine app name', [problem]);
  if (wanted !== '') {
    const problem = acNameProblem(wanted);
    if (problem !== undefined) throw fail(problem);
    return wanted;
  }
  const { apps } = readPodManifest(pod);
  const [app] = apps;
  if (app === undefined) throw fail('pod contains zero apps');
  if (apps.length > 1) {
    printMessage(ctx, 'pod contains multiple apps:');
    apps.forEach(({ name }) => printMessage(ctx, `\t${name}`));
    throw fail('specify app using "rkt enter --app= ..."');
  }
  return app.name;
}
