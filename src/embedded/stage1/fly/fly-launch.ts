import { RktFailure, type RktContext } from '../../embedded-context.ts';
import type { Flags } from '../../command-line/args.ts';
import { appEnvironment, umaskOf, joinCgroups, setOomScore } from '../../pods/app-command.ts';
import { becomeApp } from '../../pods/become-app.ts';
import { resolveCredentials, wantedCredentials } from '../../pods/app-credentials.ts';
import { checkExecutable, checkWorkingDir, findExecutable } from '../../pods/executable.ts';
import { IMPLICIT_FUNCTIONS, isDockerImage, mountImplicit } from '../../pods/implicit-volume.ts';
import { linkMtab } from '../../pods/mount-table.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { mountHostDirs } from '../../pods/host-dirs.ts';
import { checkedIdentities, mountVolume, planMounts } from '../../pods/mount-plan.ts';
import { TARGET_FUNCTIONS, type MountSite } from '../../pods/mount-target.ts';
import { placeNameFiles } from '../../pods/name-files.ts';
import { podPath } from '../../pods/phases.ts';
import { appImageManifest, podFile, readPodManifest } from '../../pods/pod-info.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { programOfApp, runtimeAppOf } from '../../pods/runtime-app.ts';
import { quote } from '../../pods/shell.ts';
import { refuseMetadataService, runtimeConfig, type AppSite } from '../../pods/stage0.ts';
import type { Stage1Order } from '../stage1-contract.ts';

/** Second half of a launch: mounts, then the app in place of the launcher. @throws RktFailure where the launch ends */
export function flyLaunch(ctx: RktContext, script: LaunchScript, order: Stage1Order): void {
  const { pod, privileges, secrets } = order;
  const { view, site } = firstSteps(script, order);
  const { app, root } = site;
  const runtimeApp = runtimeAppOf(pod, app);
  const program = programOfApp(app, runtimeApp);
  const image = appImageManifest(pod, app.name);
  const mounts = planMounts(readPodManifest(pod), app, runtimeApp, isDockerImage(image));
  const mountSite: MountSite = {
    ...{ script, view, root },
    alwaysRecursive: privileges !== 'root',
    identities: checkedIdentities(ctx),
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
  script.raw(`umask ${umaskOf(ctx)}`);
  setOomScore(ctx, script, runtimeApp);
  joinCgroups(ctx, script);
  // Perl would complain of a locale that the host lacks.
  script.raw('export LC_ALL=C');
  script.run('exec', ...words);
}

/** What comes before the mounts; ends with what the app will see, in step with the mounts of the script. */
function firstSteps(
  script: LaunchScript,
  { pod, flags, names, sites }: Stage1Order,
): { readonly view: RootfsView; readonly site: AppSite } {
  if (podFile(pod, 'private-users-prepared') !== undefined) {
    throw new RktFailure('user namespaces for pods (--private-users) are not supported by the embedded rkt');
  }
  warn(script, flags);
  script.write('runtime-config', runtimeConfig(flags, names));
  const [site, ...others] = sites;
  if (site === undefined || others.length > 0)
    throw new RktFailure('fly only supports 1 application per Pod for now');
  const view = new RootfsView(site.lower);
  linkMtab(script, view, site.root);
  return { view, site };
}

function warn(script: LaunchScript, flags: Flags): void {
  if (flags.string('ipc') !== '') {
    script.raw("printf '%s\\n' 'stage0: warning: --ipc option is not supported by stage1' >&2");
  }
  refuseMetadataService(flags);
  if (flags.string('hostname') !== '') {
    script.raw("printf '%s\\n' 'Warning: -hostname not supported; ignoring'");
  }
}

/** The pid is that of the launcher, which becomes the app; its process group comes from the fifth field of its stat. */
function writePid(script: LaunchScript): void {
  script.raw(`printf '%s\\n' "$$" >pid || die 'run: cannot write the pid'`);
  script.raw(`read -r _ _ _ _ group _ <"/proc/$$/stat" && printf '%s\\n' "$group" >pgid`);
}
