import { existsSync } from 'node:fs';
import { isatty } from 'node:tty';

import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { joinCgroups, setOomScore } from '../../pods/app-command.ts';
import { executableProblem } from '../../pods/executable.ts';
import { LaunchScript } from '../../pods/launch-script.ts';
import { podFile, podPid, readPodManifest } from '../../pods/pod-info.ts';
import { liveApp } from '../../pods/live-init.ts';
import { livePid } from '../../pods/process.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { commandLine, hostTool, quote } from '../../pods/shell.ts';
import type { EnterOrder } from '../stage1-contract.ts';
import { appPlace, STATE_DIR } from './app-places.ts';
import { findRuntime } from './crun-runtime.ts';
import { hideUnified } from './hidden-unified.ts';
import type { OciConfig, OciProcess } from './runtime-config-types.ts';
import { cgroupsOfApp } from './pod-cgroup.ts';

/**
 * A command in a pod. Its process section is the app's own with other words, so that it has the same user, capabilities and
 * environment, and no more; the runtime adds namespaces and the filter of system calls.
 *
 * @throws RktFailure
 */
export function ociEnter(ctx: RktContext, { pod, appName, argv }: EnterOrder): string {
  const { apps } = readPodManifest(pod);
  if (!apps.some(({ name }) => name === appName))
    throw new RktFailure(`the pod has no app ${JSON.stringify(appName)}`);
  const place = appPlace(pod.uuid, appName, apps.length === 1);
  const pid = apps.length === 1 ? livePid(pod) : liveApp(pod.dir, appName);
  const root = `/proc/${pid ?? podPid(pod) ?? 0}/root`;
  if (pid === undefined || !existsSync(`${root}/.`))
    throw new RktFailure('Failed to get pod root', [`readlink ${root}: no such file or directory`]);
  const [program = ''] = argv;
  const problem = executableProblem(
    new RootfsView(`${root}/.`),
    program.startsWith('/') ? program : `/${program}`,
  );
  if (problem !== undefined) throw new RktFailure('exec failed', [problem]);
  const config = JSON.parse(podFile(pod, `${place.bundle}/config.json`) ?? '{}') as Partial<OciConfig>;
  if (config.process === undefined) throw new RktFailure(`the pod has no ${place.bundle}/config.json`);
  const process: OciProcess = { ...config.process, args: argv, cwd: '/', terminal: isatty(0) };

  const script = new LaunchScript();
  script.raw(`cd -- ${quote(pod.dir)} || die 'enter: the pod has been removed'`);
  // No argument: it holds the app's environment.
  script.raw(`(umask 0077 && printf %s ${quote(JSON.stringify(process))} >"oci/enter.$$") || exit 254`);
  script.raw('exec 3<"oci/enter.$$" && rm -f "oci/enter.$$" || exit 254');
  setOomScore(ctx, script, { isolators: oomIsolator(process) });
  joinCgroups(ctx, script);
  for (const dir of cgroupsOfApp(pod, place))
    script.raw(`{ echo "$$" >${quote(`${dir}/cgroup.procs`)}; } 2>/dev/null || exit 254`);
  const inner = new LaunchScript();
  hideUnified(inner, { isEntered: false });
  const words = [
    ...[findRuntime(ctx).crun, `--root=${pod.dir}/${STATE_DIR}`, '--cgroup-manager=disabled'],
    ...['exec', '--process=/proc/self/fd/3', place.container],
  ];
  inner.raw(`exec ${commandLine(...words)}`);
  const unshare = [hostTool(ctx.env, 'unshare'), '--mount', '--propagation', 'private'];
  script.raw(`exec ${commandLine(...unshare, '/bin/sh', '-c', inner.toString(), 'rkt')}`);
  return script.toString();
}

function oomIsolator({
  oomScoreAdj,
}: OciProcess): readonly { readonly name: string; readonly value: unknown }[] {
  return oomScoreAdj === undefined ? [] : [{ name: 'os/linux/oom-score-adj', value: oomScoreAdj }];
}
