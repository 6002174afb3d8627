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
export interface AppOrder extends Pick<Stage1Order, 'pod' | 'flags' | 'privileges'> {
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
  const isUnprivileged = order.privileges !== 'root';
  const { app, root } = site;
  const view = new RootfsView(site.lower);
  linkMtab(script, view, root);
  for (const path of ['/dev', '/proc', '/sys']) view.mount({ path, host: undefined, kind: 'own' });
  const runtimeApp = runtimeAppOf(pod, app);
  const program = programOfApp(app, runtimeApp);
  const image = appImageManifest(pod, app.name);
  const mountSite = {
    script,
    view,
    root,
    alwaysRecursive: isUnprivileged,
    identities: new Map<string, string>(),
  };
  const manifest = readPodManifest(pod);
  const volumes = ociVolumes(ctx, { manifest, app, runtimeApp, image, site: mountSite, podDir, users });
  const workingDir = runtimeApp.workingDirectory ?? '/';
  const path = runtimeApp.environment?.find(({ name }) => name === 'PATH')?.value;
  const found = resolveCredentials(view, wantedCredentials(runtimeApp, image), root);
  const credentials = isUnprivileged ? callerAlone(ctx, found) : credentialsIn(found, users);
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
    oomScoreAdj: isUnprivileged ? raisedScore(isolators) : oomScoreOf(isolators),
    allCapabilities: ctx.insecure.has('capabilities'),
  });
  return { site, view, process, isolators, volumes, readonlyRoot: app.readOnlyRootFS === true };
}

/** The one user of a pod whose caller is not root. @throws RktFailure for another one */
function callerAlone(ctx: RktContext, { uid, gid }: Credentials): Credentials {
  // A file of the caller, where a path names the user, is one of the pod's root.
  const isOwn = (id: number, own: number | undefined): boolean => id === 0 || id === own;
  if (isOwn(uid, ctx.uid) && isOwn(gid, process.getgid?.())) return { uid: 0, gid: 0, groups: [] };
  throw new RktFailure(
    `cannot run as uid ${uid}, gid ${gid}: without root a pod has only user 0, who is the caller`,
  );
}

/** @throws RktFailure for a score below that of the caller, which only root may set */
function raisedScore(isolators: LaunchedApp['isolators']): number {
  const [wanted, own] = [oomScoreOf(isolators), oomScoreOf([])];
  if (wanted >= own) return wanted;
  throw new RktFailure(
    `cannot set the OOM score ${wanted}: without root it cannot be below that of the caller, ${own}`,
  );
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
