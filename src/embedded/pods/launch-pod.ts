import { posix } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { stage1OfPod } from '../stage1/known-stage1.ts';
import type { PodFile } from '../stage1/stage1-contract.ts';
import { readNameFiles } from './dns.ts';
import { SecretWords } from './exec-line.ts';
import { LaunchScript } from './launch-script.ts';
import { podPath, type PodEntry } from './phases.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import { stage0 } from './stage0.ts';
import { commandLine, hostTool, quote } from './shell.ts';

/** A pod to be launched. */
export interface LaunchOrder {
  readonly pod: PodEntry;
  readonly flags: Flags;
  readonly privileges: Privileges;
}

/** The inner script is an argument, which every user can read: secrets are passed in variables. */
interface Inner {
  readonly script: string;
  readonly exports: readonly string[];
  /** Files of the pod, by their paths in it. */
  readonly files: ReadonlyMap<string, PodFile>;
}

/**
 * The script that becomes the app: takes the pod's lock, moves the pod to `run`, mounts, and execs, all in one process.
 *
 * Everything is decided here; what cannot work becomes a line that dies at the point where rkt would fail, so that the
 * pod is left in the same state.
 */
export function launchScript(ctx: RktContext, order: LaunchOrder): string {
  const { pod } = order;
  const notPrepared = `${ctx.label}: pod ${JSON.stringify(pod.uuid)} is not prepared`;
  const inner = innerScript(ctx, order, notPrepared);
  const launch = [
    ...[hostTool(ctx.env, 'flock'), '--no-fork', '-x', './.'],
    ...namespaceWords(ctx, order.privileges),
    ...['/bin/sh', '-c', inner.script, 'rkt'],
  ];
  // Of several launchers the one that gets pod.lck goes on; the others must not wait for the lock of a running pod.
  // The working directory and `./.` follow the pod through its renames, and flock cannot create them by accident.
  return [
    `not_prepared() { printf '%s\\n' ${quote(notPrepared)} >&2; exit 254; }`,
    `cd -- ${quote(pod.dir)} 2>/dev/null || not_prepared`,
    '[ -e pod.lck ] || : >pod.lck',
    'exec 9<pod.lck',
    'flock -n 9 || not_prepared',
    `[ -d ${quote(pod.dir)} ] || not_prepared`,
    ...[...inner.files].map(([path, file]) => writeLine(path, file)),
    ...inner.exports,
    `exec ${commandLine(...launch)}`,
  ].join('\n');
}

function innerScript(ctx: RktContext, { pod, flags, privileges }: LaunchOrder, notPrepared: string): Inner {
  const script = new LaunchScript();
  script.raw('umask 0022');
  script.raw(
    `mv -T -- ${quote(pod.dir)} ${quote(podPath(ctx, 'run', pod.uuid))} 2>/dev/null || die ${quote(notPrepared)}`,
  );
  script.raw('exec 9<&-');
  const secrets = new SecretWords();
  const files = new Map<string, PodFile>();
  section(script, ctx.label, () => {
    const names = readNameFiles(flags);
    section(script, 'run', () => {
      const sites = stage0(ctx, script, pod);
      const order = { pod, flags, privileges, sites, names, secrets, files };
      stage1OfPod(pod).launch(ctx, script, order);
    });
  });
  return { script: script.toString(), exports: secrets.exports, files };
}

/** This part of the script is no argument of a process: what it writes stays between it and the file. */
function writeLine(path: string, { text, isSecret }: PodFile): string {
  const failure = quote(`run: cannot write ${path}`);
  const place = quote(path);
  const steps = [
    `umask ${isSecret ? '0077' : '0022'}`,
    `mkdir -p ${quote(posix.dirname(path))}`,
    `printf %s ${quote(text)} >${place}`,
  ];
  return `(${steps.join(' && ')}) || { printf '%s\\n' ${failure} >&2; exit 254; }`;
}

/** What fails while the script is made becomes its last line. */
function section(script: LaunchScript, label: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    script.die(
      error.message.startsWith('stage0: ') ? error.describe(false) : `${label}: ${error.describe(false)}`,
      error.exitCode,
    );
  }
}
