import { isatty } from 'node:tty';

import type { UidRange } from '../../aci/uid-range.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { umaskOf } from '../../pods/app-command.ts';
import { resolveCredentials, wantedCredentials, type Credentials } from '../../pods/app-credentials.ts';
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
  /** The users of the pod; absent for those of the host. */
  readonly users: UidRange | undefined;
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
  const { pod, site, podDir, users } = order;
  const { app, root } = site;
  const view = new RootfsView(site.lower);
  linkMtab(script, view, root);
  for (const path of ['/dev', '/proc', '/sys']) view.mount({ path, host: undefined, kind: 'own' });
  const runtimeApp = runtimeAppOf(pod, app);
  const program = programOfApp(app, runtimeApp);
  const image = appImageManifest(pod, app.name);
  const mountSite = { script, view, root, alwaysRecursive: false, identities: new Map<string, string>() };
  const manifest = readPodManifest(pod);
  const volumes = ociVolumes(ctx, { manifest, app, runtimeApp, image, site: mountSite, podDir, users });
  const workingDir = runtimeApp.workingDirectory ?? '/';
  const path = runtimeApp.environment?.find(({ name }) => name === 'PATH')?.value;
  const credentials = credentialsIn(
    resolveCredentials(view, wantedCredentials(runtimeApp, image), root),
    users,
  );
  const executable = findExecutable(view, program, workingDir, path);
  checkWorkingDir(view, workingDir);
  checkExecutable(view, executable);
  const argv = [executable, ...(runtimeApp.exec ?? []).slice(1)];
  const isolators = runtimeApp.isolators ?? [];
  const process = ociProcess({
    ...{ credentials, isolators, cwd: workingDir, umask: umaskOf(ctx) },
    argv: order.hasInit ? [INIT_IN_POD, '--', ...argv] : argv,
    env: ociEnvironment(app.name, runtimeApp),
    terminal: order.flags.bool('interactive') && isatty(0),
    oomScoreAdj: oomScoreOf(isolators),
    allCapabilities: ctx.insecure.has('capabilities'),
  });
  return { site, view, process, isolators, volumes, readonlyRoot: app.readOnlyRootFS === true };
}

/** The user of a pod that owns a file, where a path names it. @throws RktFailure for one that the pod does not have */
function credentialsIn(found: Credentials, users: UidRange | undefined): Credentials {
  if (users === undefined) return found;
  const { shift, count } = users;
  const inside = (id: number): number => (id >= shift && id < shift + count ? id - shift : id);
  const own = { uid: inside(found.uid), gid: inside(found.gid), groups: found.groups.map(inside) };
  const beyond = [own.uid, own.gid, ...own.groups].find((id) => id >= count);
  if (beyond === undefined) return own;
  throw new RktFailure(
    `the id ${beyond} is out of range: a pod with --private-users has the ids below ${count}`,
  );
}
