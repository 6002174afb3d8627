import { isatty } from 'node:tty';

import type { RktContext } from '../../embedded-context.ts';
import { currentUmask } from '../../pods/app-command.ts';
import { resolveCredentials, wantedCredentials } from '../../pods/app-credentials.ts';
import { checkExecutable, checkWorkingDir, findExecutable } from '../../pods/executable.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { linkMtab } from '../../pods/mount-table.ts';
import { appImageManifest, readPodManifest } from '../../pods/pod-info.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { programOfApp, runtimeAppOf } from '../../pods/runtime-app.ts';
import type { AppSite } from '../../pods/stage0.ts';
import type { Stage1Order } from '../stage1-contract.ts';
import { ociEnvironment, oomScoreOf } from './app-of-pod.ts';
import { INIT_IN_POD } from './oci-mounts.ts';
import { ociProcess } from './oci-process.ts';
import { ociVolumes } from './oci-volumes.ts';
import type { OciMount, OciProcess } from './runtime-config-types.ts';

/** An app of a pod that is launched. */
export interface AppOrder extends Pick<Stage1Order, 'pod' | 'flags'> {
  readonly site: AppSite;
  /** The pod's directory while it runs. */
  readonly podDir: string;
  /** The app is started by an init of its own. */
  readonly hasInit: boolean;
}

/** What is an app's own. */
export interface LaunchedApp {
  readonly site: AppSite;
  readonly view: RootfsView;
  readonly process: OciProcess;
  readonly isolators: NonNullable<ReturnType<typeof runtimeAppOf>['isolators']>;
  readonly volumes: readonly OciMount[];
  readonly readonlyRoot: boolean;
}

/** Adds the lines that prepare the volumes of an app, and ends with all that is the app's own. @throws RktFailure in rkt's words */
export function launchedApp(ctx: RktContext, script: LaunchScript, order: AppOrder): LaunchedApp {
  const { pod, site, podDir } = order;
  const { app, root } = site;
  const view = new RootfsView(site.lower);
  linkMtab(script, view, root);
  for (const path of ['/dev', '/proc', '/sys']) view.mount({ path, host: undefined, kind: 'own' });
  const runtimeApp = runtimeAppOf(pod, app);
  const program = programOfApp(app, runtimeApp);
  const image = appImageManifest(pod, app.name);
  const mountSite = { script, view, root, alwaysRecursive: false, identities: new Map<string, string>() };
  const manifest = readPodManifest(pod);
  const volumes = ociVolumes(ctx, { manifest, app, runtimeApp, image, site: mountSite, podDir });
  const workingDir = runtimeApp.workingDirectory ?? '/';
  const path = runtimeApp.environment?.find(({ name }) => name === 'PATH')?.value;
  const credentials = resolveCredentials(view, wantedCredentials(runtimeApp, image), root);
  const executable = findExecutable(view, program, workingDir, path);
  checkWorkingDir(view, workingDir);
  checkExecutable(view, executable);
  const argv = [executable, ...(runtimeApp.exec ?? []).slice(1)];
  const isolators = runtimeApp.isolators ?? [];
  const process = ociProcess({
    ...{ credentials, isolators, cwd: workingDir, umask: currentUmask() },
    argv: order.hasInit ? [INIT_IN_POD, '--', ...argv] : argv,
    env: ociEnvironment(app.name, runtimeApp),
    terminal: order.flags.bool('interactive') && isatty(0),
    oomScoreAdj: oomScoreOf(isolators),
    allCapabilities: ctx.insecure.has('capabilities'),
  });
  return { site, view, process, isolators, volumes, readonlyRoot: app.readOnlyRootFS === true };
}
