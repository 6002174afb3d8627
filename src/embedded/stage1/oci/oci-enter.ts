import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isatty } from 'node:tty';

import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { joinCgroups, setOomScore } from '../../pods/app-command.ts';
import { executableProblem } from '../../pods/executable.ts';
import { LaunchScript } from '../../pods/launch-script.ts';
import { podFile, podPid, readPodManifest } from '../../pods/pod-info.ts';
import type { PodEntry } from '../../pods/phases.ts';
import { liveApp } from '../../pods/live-init.ts';
import { livePid } from '../../pods/process.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { commandLine, hostTool, quote } from '../../pods/shell.ts';
import type { EnterOrder } from '../stage1-contract.ts';
import { appPlace, STATE_DIR } from './app-places.ts';
import { hideCgroups } from './cgroup-view.ts';
import { runtimeOfPod, type OciRuntime } from './oci-runtime.ts';
import type { OciConfig, OciProcess } from './runtime-config-types.ts';
import { cgroupsOfApp } from './pod-cgroup.ts';
import { runtimeWords, waiterText } from './runtime-words.ts';
import { terminalRelay } from './terminal-relay.ts';

/**
 * A command in a pod. Its process section is the app's own with other words, so that it has the same user, capabilities and
 * environment, and no more; the runtime adds namespaces and the filter of system calls.
 *
 * @throws RktFailure
 */
export function ociEnter(ctx: RktContext, { pod, appName, argv, privileges }: EnterOrder): string {
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

  const runtime = runtimeOfPod(ctx, pod);
  const script = new LaunchScript();
  script.raw(`cd -- ${quote(pod.dir)} || die 'enter: the pod has been removed'`);
  // No argument: it holds the app's environment.
  script.raw(`(umask 0077 && printf %s ${quote(JSON.stringify(process))} >"oci/enter.$$") || exit 254`);
  script.raw('exec 3<"oci/enter.$$" && rm -f "oci/enter.$$" || exit 254');
  setOomScore(ctx, script, { isolators: oomIsolator(process) });
  const inner = new LaunchScript();
  joinCgroups(ctx, inner);
  for (const dir of cgroupsOfApp(pod, place))
    inner.raw(`{ echo "$$" >${quote(`${dir}/cgroup.procs`)}; } 2>/dev/null || exit 254`);
  hideCgroups(inner, { runtime, isEntered: false });
  if (runtime.name === 'runc') makePlace(inner, config.root?.path ?? '/');
  const stateDir = `${pod.dir}/${STATE_DIR}`;
  const waiter = waiterOf(ctx, runtime, pod, process.terminal);
  const exec = [...runtimeWords({ runtime, stateDir }), 'exec'].map(quote).join(' ');
  inner.raw(`exec ${exec} ${waiter.options} --process=/proc/self/fd/3 ${quote(place.container)}`);
  const user = privileges === 'root' ? [] : userWords(ctx, pid);
  const unshare = [...user, hostTool(ctx.env, 'unshare'), '--mount', '--propagation', 'private'];
  const command = [...unshare, '/bin/sh', '-c', inner.toString(), 'rkt'];
  script.raw(`exec ${waiter.before} ${commandLine(...command)} ${waiter.after}`);
  return script.toString();
}

/** Enters the user namespace of a pod whose caller is not root. */
function userWords(ctx: RktContext, pid: number): readonly string[] {
  return [hostTool(ctx.env, 'nsenter'), `--user=/proc/${pid}/ns/user`, '--preserve-credentials', '--'];
}

/** runc begins in the root of a container, as the mount namespace of its launcher names it: that of users of a pod is not there. */
function makePlace(script: LaunchScript, root: string): void {
  if (existsSync(root)) return;
  const place = dirname(root);
  script.attempt('enter: cannot enter the pod', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'roots', place);
  script.attempt('enter: cannot enter the pod', 'mkdir', root);
}

/** A process that waits for the command, outside of the app's cgroup. */
interface CommandWaiter {
  /** The words before the command and after it, as a shell reads them. */
  readonly before: string;
  readonly after: string;
  /** Options of the runtime's command. */
  readonly options: string;
}

function waiterOf(ctx: RktContext, runtime: OciRuntime, pod: PodEntry, hasTerminal: boolean): CommandWaiter {
  const none = { before: '', after: '', options: '' };
  if (hasTerminal) {
    const relay = terminalRelay(ctx, runtime, `${pod.dir}/oci/terminal-${randomUUID()}`);
    if (relay === undefined) return none;
    return { before: commandLine(...relay.words), after: '', options: quote(relay.option) };
  }
  if (runtime.perl === undefined) return none;
  // The command writes its pid to the file that it gets as argument.
  const file = '"oci/enter.$$.pid"';
  const before = `${commandLine(runtime.perl, '-e', waiterText(), '--')} ${file} 3 rm -f ${file}`;
  return { before, after: file, options: '--detach --pid-file="$1"' };
}

function oomIsolator({
  oomScoreAdj,
}: OciProcess): readonly { readonly name: string; readonly value: unknown }[] {
  return oomScoreAdj === undefined ? [] : [{ name: 'os/linux/oom-score-adj', value: oomScoreAdj }];
}
