import { posix } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { stage1OfPod } from '../stage1/known-stage1.ts';
import type { PodFile } from '../stage1/stage1-contract.ts';
import { readNameFiles } from './dns.ts';
import { SecretWords } from './exec-line.ts';
import { LaunchScript } from './launch-script.ts';
import { perlProgram } from './perl-program.ts';
import { podPath, type PodEntry } from './phases.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import { stage0 } from './stage0.ts';
import { commandLine, findHostTool, hostTool, quote } from './shell.ts';

/** A pod to be launched. */
export interface LaunchOrder {
  readonly pod: PodEntry;
  readonly flags: Flags;
  readonly privileges: Privileges;
}

/** The inner script is an argument, which every user can read: secrets are passed in variables. */
interface Inner {
  readonly script: LaunchScript;
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
  const places = { from: pod.dir, to: podPath(ctx, 'run', pod.uuid), notPrepared };
  const begin = beginsInPerl(ctx, order);
  const inner = innerScript(ctx, order, begin === undefined ? placing(places) : undefined);
  const words =
    begin === undefined ? inTools(ctx, order, inner.script.toString()) : inPerl(begin, places, inner.script);
  // The working directory and `./.` follow the pod through its renames, and flock cannot create them by accident.
  return [
    `not_prepared() { printf '%s\\n' ${quote(notPrepared)} >&2; exit 254; }`,
    `cd -- ${quote(pod.dir)} 2>/dev/null || not_prepared`,
    '[ -e pod.lck ] || : >pod.lck',
    'exec 9<pod.lck',
    ...(begin === undefined ? lockingLines(pod, inner.files) : []),
    ...inner.exports,
    words,
  ].join('\n');
}

interface Places {
  readonly from: string;
  readonly to: string;
  /** What a launcher says that came too late. */
  readonly notPrepared: string;
}

/** Of several launchers the one that gets pod.lck goes on; the others must not wait for the lock of a running pod. */
function lockingLines(pod: PodEntry, files: Inner['files']): readonly string[] {
  return [
    'flock -n 9 || not_prepared',
    `[ -d ${quote(pod.dir)} ] || not_prepared`,
    ...[...files].map(([path, file]) => writeLine(path, file)),
  ];
}

function placing({ from, to, notPrepared }: Places): readonly string[] {
  return [
    'umask 0022',
    `mv -T -- ${quote(from)} ${quote(to)} 2>/dev/null || die ${quote(notPrepared)}`,
    'exec 9<&-',
  ];
}

function inTools(ctx: RktContext, { privileges }: LaunchOrder, script: string): string {
  const lock = [hostTool(ctx.env, 'flock'), '--no-fork', '-x', './.'];
  return `exec ${commandLine(...lock, ...namespaceWords(ctx, privileges), '/bin/sh', '-c', script, 'rkt')}`;
}

/** `unshare` and `mount` of the architectures, by the names that Node has for them. */
const SYSTEM_CALLS: Readonly<Record<string, readonly number[]>> = { x64: [272, 165], arm64: [97, 40] };

/** The words before the arguments of begin-launch.pl; undefined where the tools of util-linux have to do it. */
function beginsInPerl({ env }: RktContext, { pod, privileges }: LaunchOrder): readonly string[] | undefined {
  const perl = findHostTool(env, 'perl');
  const calls = SYSTEM_CALLS[process.arch];
  if (perl === undefined || calls === undefined || privileges !== 'root') return undefined;
  if (stage1OfPod(pod).flavor !== 'fly') return undefined;
  return [perl, '-C0', '-e', perlProgram('begin-launch'), '--', ...calls.map(String)];
}

function inPerl(begin: readonly string[], { from, to, notPrepared }: Places, script: LaunchScript): string {
  const mounts = script.earlyMounts.flatMap(({ source, target, type, flags, options = '' }) => [
    ...[source, target, type, String(flags), options],
  ]);
  // Without the variable perl would complain of a locale that the host lacks.
  return `PERL_BADLANG=0 exec ${commandLine(...begin, from, to, notPrepared, script.toString(), ...mounts)}`;
}

/** @param first lines that move the pod; undefined when it was moved before */
function innerScript(
  ctx: RktContext,
  { pod, flags, privileges }: LaunchOrder,
  first: readonly string[] | undefined,
): Inner {
  const script = new LaunchScript(first === undefined);
  for (const line of first ?? []) script.raw(line);
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
  return { script, exports: secrets.exports, files };
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
