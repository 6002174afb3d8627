import type { Flags } from '../args.ts';
import { RktFailure, type RktContext } from '../context.ts';
import { parseManifestApp, type ManifestApp } from '../manifest/image-manifest.ts';
import { appEnvironment, currentUmask, joinCgroups, setOomScore } from './app-command.ts';
import { becomeApp } from './become-app.ts';
import { resolveCredentials, wantedCredentials } from './credentials.ts';
import { readNameFiles, type NameFiles } from './dns.ts';
import { checkExecutable, findExecutable } from './executable.ts';
import { SecretWords } from './exec-line.ts';
import { LaunchScript } from './launch-script.ts';
import { IMPLICIT_FUNCTIONS, isDockerImage, mountImplicit } from './implicit-volume.ts';
import { mountHostDirs, mountVolume, planMounts } from './mount-plan.ts';
import { TARGET_FUNCTIONS, type MountSite } from './mount-target.ts';
import { placeNameFiles } from './name-files.ts';
import { podPath, type PodEntry } from './phases.ts';
import { appImageManifest, readPodManifest } from './pod-info.ts';
import type { PodApp } from './pod-manifest.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import type { RootfsView } from './rootfs-view.ts';
import { stage0, type AppSite } from './stage0.ts';
import { commandLine, hostTool, quote } from './shell.ts';

/** A pod to be launched. */
export interface LaunchOrder {
  readonly pod: PodEntry;
  readonly flags: Flags;
  readonly privileges: Privileges;
}

/** The inner script is an argument, which everybody can read: what is secret it finds in variables. */
interface Inner {
  readonly script: string;
  readonly exports: readonly string[];
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
  section(script, ctx.label, () => {
    const names = readNameFiles(flags);
    section(script, 'run', () => {
      const site = stage0(ctx, script, { pod, flags, names });
      stage1(ctx, script, { pod, privileges, site, names, secrets });
    });
  });
  return { script: script.toString(), exports: secrets.exports };
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

interface Stage1Order {
  readonly pod: PodEntry;
  readonly privileges: Privileges;
  readonly site: AppSite;
  readonly names: NameFiles;
  readonly secrets: SecretWords;
}

function stage1(ctx: RktContext, script: LaunchScript, order: Stage1Order): void {
  const { pod, privileges, site, secrets } = order;
  const { app, root } = site;
  const runtimeApp = appSection(pod, app);
  const [program] = runtimeApp.exec ?? [];
  if (program === undefined || program === '') {
    throw new RktFailure(
      `image ${JSON.stringify(app.image.name ?? app.image.id)} has an empty "exec" (try --exec=BINARY)`,
    );
  }
  const image = appImageManifest(pod, app.name);
  const mounts = planMounts(readPodManifest(pod), app, runtimeApp, isDockerImage(image));
  const mountSite: MountSite = {
    ...{ script, view: site.view, root },
    alwaysRecursive: privileges !== 'root',
    identities: checkedVolumes(ctx),
  };
  script.raw(`${TARGET_FUNCTIONS.trim()}\n${IMPLICIT_FUNCTIONS.trim()}`);
  script.raw(`cd -P . && root=$PWD/${quote(root)}`);
  mountHostDirs(mountSite);
  const volumes = `${podPath(ctx, 'run', pod.uuid)}/sharedVolumes`;
  for (const mount of mounts) {
    if (mount.isImplicit === true) mountImplicit(mountSite, mount, volumes);
    else mountVolume(mountSite, mount);
  }
  placeNameFiles(mountSite, order.names);
  writePid(script);

  const { view } = site;
  const workingDir = runtimeApp.workingDirectory ?? '/';
  const path = runtimeApp.environment?.find(({ name }) => name === 'PATH')?.value;
  const credentials = resolveCredentials(view, wantedCredentials(runtimeApp, image), root);
  const variables = appEnvironment(runtimeApp.environment ?? []).map((pair) => secrets.variable(pair));
  const lines = variables.map((pair) => `"${pair}"`).join(' ');
  script.raw(`printf '%s\\n' ${lines} >${quote(`stage1/rootfs/rkt/env/${app.name}`)}`);
  const executable = findExecutable(view, program, workingDir, path);
  checkWorkingDir(view, workingDir);
  checkExecutable(view, executable);
  const argv = [executable, ...(runtimeApp.exec ?? []).slice(1)];
  const process = { root, workingDir, credentials };
  const words = becomeApp(ctx, secrets, { privileges, process, variables, argv, label: 'run' });
  script.raw(`umask ${currentUmask()}`);
  setOomScore(ctx, script, runtimeApp);
  joinCgroups(ctx, script);
  // Perl would complain of a locale that the host lacks.
  script.raw('export LC_ALL=C');
  script.run('exec', ...words);
}

/** The volumes that the caller has checked, from RKT_STREAMS_VOLUMES: `NAME=DEVICE:INODE …`. */
function checkedVolumes({ env }: RktContext): ReadonlyMap<string, string> {
  const entries = (env['RKT_STREAMS_VOLUMES'] ?? '').split(' ').filter((entry) => entry !== '');
  return new Map(entries.map((entry) => entry.split('=', 2) as [string, string]));
}

/** The app section of the pod manifest; a hand-written one may leave it to the image. */
function appSection(pod: PodEntry, app: PodApp): ManifestApp {
  if (app.app !== undefined) return app.app;
  const section = appImageManifest(pod, app.name)?.['app'];
  if (section === undefined) throw new RktFailure(`app ${JSON.stringify(app.name)} has no app section`);
  return parseManifestApp(section);
}

/** The pid is that of the launcher, which becomes the app; its process group comes from the fifth field of its stat. */
function writePid(script: LaunchScript): void {
  script.raw(`printf '%s\\n' "$$" >pid || die 'run: cannot write the pid'`);
  script.raw(`read -r _ _ _ _ group _ <"/proc/$$/stat" && printf '%s\\n' "$group" >pgid`);
}

function checkWorkingDir(view: RootfsView, dir: string): void {
  const stat = view.resolve(dir)?.stat;
  if (stat?.isDirectory() === true) return;
  const problem = stat === undefined ? 'no such file or directory' : 'not a directory';
  throw new RktFailure(`can't change to working directory ${JSON.stringify(dir)}`, [
    `chdir ${dir}: ${problem}`,
  ]);
}
