import { readFileSync } from 'node:fs';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import type { ManifestApp } from '../manifest/manifest-types.ts';
import type { Credentials } from './app-credentials.ts';
import type { LaunchScript } from './launch-script.ts';
import type { Privileges } from './privileges.ts';
import { hostTool, quote } from './shell.ts';

const DEFAULT_ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['SHELL', '/bin/sh'],
  ['USER', 'root'],
  ['LOGNAME', 'root'],
  ['HOME', '/root'],
];

/** Environment of an app as `NAME=value`: its own and rkt's defaults (those of root, for every user). */
export function appEnvironment(
  own: readonly { readonly name: string; readonly value: string }[],
): readonly string[] {
  const merged = new Map([...DEFAULT_ENVIRONMENT, ...own.map(({ name, value }) => [name, value] as const)]);
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

/** A process inside an app's root. */
export interface AppProcess {
  /** The app's root as the launcher sees it. */
  readonly root: string;
  /** Inside the root. */
  readonly workingDir: string;
  readonly credentials: Credentials;
}

/**
 * Words before those of the app that turn the launcher into it: groups first, then chroot, working directory and user in
 * one step.
 *
 * @throws RktFailure when the user cannot be had without root
 */
export function appLauncher(ctx: RktContext, privileges: Privileges, app: AppProcess): readonly string[] {
  const { uid, gid, groups } = app.credentials;
  const chroot = [
    hostTool(ctx.env, 'unshare'),
    `--root=${app.root}`,
    `--wd=${app.workingDir}`,
    `--setuid=${uid}`,
  ];
  if (privileges === 'root') {
    const identity = [hostTool(ctx.env, 'setpriv'), '--regid', String(gid), '--groups', groups.join(',')];
    return [...identity, ...chroot, '--'];
  }
  if (uid !== 0 || gid !== 0) {
    throw new RktFailure(
      `cannot run as uid ${uid}, gid ${gid}: without root a pod has only user 0, who is the caller`,
    );
  }
  return [...chroot, '--'];
}

/**
 * Lines that join the cgroups named by RKT_STREAMS_CGROUP_PROCS: right before the app, so that nothing but it is charged.
 *
 * The variable holds paths of `cgroup.procs` files, separated by colons.
 */
export function joinCgroups(ctx: RktContext, script: LaunchScript): void {
  for (const path of (ctx.env['RKT_STREAMS_CGROUP_PROCS'] ?? '').split(':').filter((entry) => entry !== '')) {
    const failure = `${ctx.label}: cannot join the cgroup: writing to ${path} failed`;
    script.raw(`{ printf '%s\\n' "$$" >${quote(path)}; } 2>/dev/null || die ${quote(failure)}`);
  }
}

/** Gives the launcher the OOM score of the app; where the app has no such isolator it stays as it is. */
export function setOomScore(
  ctx: RktContext,
  script: LaunchScript,
  { isolators }: Pick<ManifestApp, 'isolators'>,
): void {
  const score = isolators?.find(({ name }) => name === 'os/linux/oom-score-adj')?.value;
  if (typeof score !== 'number') return;
  const failure = `${ctx.label}: cannot set the OOM score to ${score}`;
  script.raw(`{ echo ${score} >/proc/self/oom_score_adj; } 2>/dev/null || die ${quote(failure)}`);
}

/** The umask of an app, as octal text: that which this process was started with, unless another one is given. */
export function umaskOf({ umask }: Pick<RktContext, 'umask'>): string {
  if (umask !== undefined) return umask;
  return /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0022';
}
