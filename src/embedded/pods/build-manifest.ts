import { RktFailure } from '../embedded-context.ts';
import { appExec } from './app-exec.ts';
import type { AppArgs, MountArg, NameValue } from '../command-line/app-args.ts';
import { checkApp, type ManifestApp, type ManifestIsolator } from '../manifest/aci-manifest.ts';
import { checkPodPlatform } from '../manifest/aci-platform.ts';
import { parseQuantity } from '../manifest/quantity.ts';
import { acNameProblem, defaultAppName } from '../names.ts';
import type { StoredImage } from '../store/image-store.ts';
import { EMBEDDED_RKT_VERSION } from '../../model/embedded-rkt-version.ts';
import { checkUnique, type PodApp, type PodManifest, type PodPort, type PodVolume } from './pod-manifest.ts';
import { checkPorts } from './manifest-ports.ts';

/** An image with what the command line says about it. */
export interface WantedApp {
  readonly image: StoredImage;
  readonly args: AppArgs;
}

/** Everything a pod manifest is made of. */
export interface PodRequest {
  readonly apps: readonly WantedApp[];
  readonly mounts: readonly MountArg[];
  readonly volumes: readonly PodVolume[];
  readonly ports: readonly PodPort[];
  /** Variables for all apps; they win over those of one app. */
  readonly environment: readonly NameValue[];
  /** Variables of the caller, for what no app sets. */
  readonly inherited: readonly NameValue[];
}

const MARSHAL = 'json: error calling MarshalJSON for type ';
const MARSHAL_POD = `${MARSHAL}schema.PodManifest: `;
const MARSHAL_APP = `${MARSHAL_POD}${MARSHAL}schema.AppList: ${MARSHAL}*types.App: `;

/** Builds the manifest of a pod. @throws RktFailure in rkt's words */
export function buildManifest(request: PodRequest): PodManifest {
  const apps: PodApp[] = [];
  for (const wanted of request.apps) {
    const name = appName(wanted);
    if (apps.some((app) => app.name === name)) throw new RktFailure(`error: multiple apps with name ${name}`);
    checkPodPlatform(wanted.image.labels);
    apps.push(podApp(request, wanted, name));
  }
  checkPorts(apps, request.ports);
  const manifest: PodManifest = {
    acVersion: EMBEDDED_RKT_VERSION,
    acKind: 'PodManifest',
    apps,
    volumes: request.volumes.length === 0 ? null : request.volumes,
    isolators: null,
    annotations: [{ name: 'coreos.com/rkt/stage1/mutable', value: 'false' }],
    ports: request.ports,
  };
  inMarshal(MARSHAL_APP, () => apps.forEach((app) => app.app && checkApp(app.app)));
  inMarshal(MARSHAL_POD, () => checkUnique(manifest));
  return manifest;
}

function inMarshal(prefix: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof RktFailure ? new RktFailure(`${prefix}${error.message}`) : error;
  }
}

function appName({ image, args }: WantedApp): string {
  const name = args.name ?? defaultAppName(image.name) ?? '';
  const problem = acNameProblem(name);
  if (problem !== undefined) throw new RktFailure(problem);
  return name;
}

function podApp(request: PodRequest, { image, args }: WantedApp, name: string): PodApp {
  const app = image.manifest.app ?? defaultApp(image, args);
  const exec = appExec(image, args);
  const environment = mergeEnvironment(request, app.environment ?? [], args.environment);
  const isolators = mergeIsolators(app.isolators ?? [], args);
  const gids = args.supplementaryGids ?? app.supplementaryGIDs;
  const workingDirectory = args.workingDir ?? app.workingDirectory;
  const mounts = mergeMounts(request.mounts, args.mounts);
  const runtimeApp: ManifestApp = {
    exec,
    ...(app.eventHandlers === undefined ? {} : { eventHandlers: app.eventHandlers }),
    user: args.user ?? app.user,
    group: args.group ?? app.group,
    ...(gids === undefined || gids.length === 0 ? {} : { supplementaryGIDs: gids }),
    ...(workingDirectory === undefined || workingDirectory === '' ? {} : { workingDirectory }),
    ...(environment.length === 0 ? {} : { environment }),
    ...(app.mountPoints === undefined ? {} : { mountPoints: app.mountPoints }),
    ...(app.ports === undefined ? {} : { ports: app.ports }),
    ...(isolators.length === 0 ? {} : { isolators }),
    ...texts('userAnnotations', app.userAnnotations, args.userAnnotations),
    ...texts('userLabels', app.userLabels, args.userLabels),
  };
  return {
    name,
    image: { name: image.name, id: image.id, ...(image.labels.length === 0 ? {} : { labels: image.labels }) },
    app: runtimeApp,
    ...(args.readonlyRootfs === true ? { readOnlyRootFS: true } : {}),
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(args.annotations.length === 0 ? {} : { annotations: args.annotations }),
  };
}

/** An image without an app section can be run by `--exec`, as the caller. */
function defaultApp(image: StoredImage, args: AppArgs): ManifestApp {
  if (args.exec === undefined) {
    throw new RktFailure(`error: image ${image.id} has no app section and --exec argument is not provided`);
  }
  return { exec: [], user: String(process.getuid?.() ?? 0), group: String(process.getgid?.() ?? 0) };
}

/** Weakest first: inherited, image, app, pod. Order of the list: image, app, pod, inherited. */
function mergeEnvironment(
  request: PodRequest,
  image: readonly NameValue[],
  app: readonly NameValue[],
): readonly NameValue[] {
  const merged = new Map<string, string>();
  for (const { name, value } of [...image, ...app, ...request.environment]) merged.set(name, value);
  for (const { name, value } of request.inherited) if (!merged.has(name)) merged.set(name, value);
  return [...merged].map(([name, value]) => ({ name, value }));
}

/** Of several mounts at one path the last one counts: those of the app stand behind those of the pod. */
function mergeMounts(pod: readonly MountArg[], app: readonly MountArg[]): readonly MountArg[] {
  const all = [...pod, ...app];
  return all.filter((mount, i) => !all.slice(i + 1).some((later) => later.path === mount.path));
}

function mergeIsolators(image: readonly ManifestIsolator[], args: AppArgs): readonly ManifestIsolator[] {
  if (args.capsRetain !== undefined && args.capsRemove !== undefined) {
    throw new RktFailure('error: cannot use both --caps-retain and --caps-remove on the same image');
  }
  const isolators = [...image];
  const replace = (names: readonly string[], isolator: ManifestIsolator) => {
    isolators.splice(0, isolators.length, ...isolators.filter(({ name }) => !names.includes(name)), isolator);
  };
  if (args.memory !== undefined) isolators.push(resource('memory', args.memory));
  if (args.cpu !== undefined) isolators.push(resource('cpu', args.cpu));
  if (args.cpuShares !== undefined)
    replace(['os/linux/cpu-shares'], { name: 'os/linux/cpu-shares', value: args.cpuShares });
  if (args.oomScoreAdj !== undefined) {
    replace(['os/linux/oom-score-adj'], { name: 'os/linux/oom-score-adj', value: args.oomScoreAdj });
  }
  const caps = ['os/linux/capabilities-retain-set', 'os/linux/capabilities-remove-set'] as const;
  if (args.capsRetain !== undefined) replace(caps, { name: caps[0], value: { set: args.capsRetain } });
  if (args.capsRemove !== undefined) replace(caps, { name: caps[1], value: { set: args.capsRemove } });
  if (args.seccomp !== undefined) {
    replace(['os/linux/seccomp-retain-set', 'os/linux/seccomp-remove-set'], seccomp(args.seccomp));
  }
  return isolators;
}

function resource(name: 'memory' | 'cpu', text: string): ManifestIsolator {
  const quantity = parseQuantity(text)?.canonical ?? text;
  return { name: `resource/${name}`, value: { default: false, request: quantity, limit: quantity } };
}

/** Reads `mode=retain|remove[,errno=E],CALL,…`. */
function seccomp(text: string): ManifestIsolator {
  const parts = text.split(',');
  const option = (key: string) => parts.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1);
  const mode = option('mode');
  const errno = option('errno');
  if (mode !== 'retain' && mode !== 'remove')
    throw new RktFailure('invalid seccomp mode command-line override');
  const set = parts.filter((part) => part !== '' && !part.includes('='));
  return { name: `os/linux/seccomp-${mode}-set`, value: { set, ...(errno === undefined ? {} : { errno }) } };
}

function texts<K extends string>(
  key: K,
  image: Readonly<Record<string, string>> | undefined,
  own: readonly NameValue[],
) {
  const merged = { ...image, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) };
  const sorted = Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
  return (Object.keys(sorted).length === 0 ? {} : { [key]: sorted }) as Partial<
    Record<K, Record<string, string>>
  >;
}
