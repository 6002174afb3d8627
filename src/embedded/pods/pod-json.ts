import { RktFailure } from '../embedded-context.ts';
import { formatJson } from '../command-line/text.ts';
import {
  appExitCode,
  appImageManifest,
  podNetworks,
  podTimes,
  readPodManifest,
  type PodState,
  type PodStatus,
} from './pod-info.ts';
import type { PodApp, PodManifest, PodVolume } from './pod-manifest.ts';

/** Numbers beyond 2^53 pass through the JSON encoder as marked strings; NUL occurs in no text here. */
const exact = (value: bigint): string => `\0${value}`;

/** Prints what {@link podJson} made, nanoseconds with all their digits. */
export function printPods(value: unknown, pretty: boolean): string {
  return `${formatJson(value, pretty).replace(/"\\u0000(\d+)"/g, '$1')}\n`;
}

/** A pod as `status` and `list` show it in JSON. @throws RktFailure where rkt cannot convert it either */
export function podJson(pod: PodStatus): unknown {
  const times = podTimes(pod);
  if (times.createdNs === undefined) throw new RktFailure('invalid creation time');
  const manifest = readPodManifest(pod);
  const networks = podNetworks(pod);
  const seconds = (ns: bigint) => exact(ns / 1_000_000_000n);
  return {
    name: pod.uuid,
    state: pod.state,
    ...(networks.length === 0 ? {} : { networks }),
    ...(manifest.apps.length === 0
      ? {}
      : {
          app_names: manifest.apps.map((app) => app.name),
          apps: manifest.apps.map((app) => appJson(pod, manifest, app)),
        }),
    created_at: seconds(times.createdNs),
    ...(times.startedNs === undefined ? {} : { started_at: seconds(times.startedNs) }),
    ...filled('user_annotations', manifest.userAnnotations),
    ...filled('user_labels', manifest.userLabels),
  };
}

function appJson(pod: PodStatus, manifest: PodManifest, app: PodApp): unknown {
  const { createdNs = 0n, startedNs, markedNs } = podTimes(pod);
  const exitCode = appExitCode(pod, app.name);
  const mounts = (app.mounts ?? []).map((mount) => {
    const volume = mount.appVolume ?? manifest.volumes?.find((candidate) => candidate.name === mount.volume);
    return {
      name: mount.volume,
      container_path: mount.path,
      host_path: hostPath(volume),
      read_only: volume?.readOnly ?? false,
    };
  });
  return {
    name: app.name,
    state: exitCode === undefined ? appState(pod.state) : 'exited',
    created_at: exact(createdNs),
    ...(startedNs === undefined ? {} : { started_at: exact(startedNs) }),
    ...(markedNs === undefined ? {} : { finished_at: exact(markedNs) }),
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    image_id: app.image.id,
    ...(mounts.length === 0 ? {} : { mounts }),
    ...filled('user_annotations', app.app?.userAnnotations),
    ...filled('user_labels', app.app?.userLabels),
  };
}

function hostPath(volume: PodVolume | undefined): string {
  return volume?.source ?? '';
}

function filled(key: string, value: Readonly<Record<string, string>> | undefined): Record<string, unknown> {
  return value === undefined || Object.keys(value).length === 0 ? {} : { [key]: sorted(value) };
}

/** Go prints maps in the order of their keys. */
function sorted(value: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function appState(state: PodState): string {
  if (state === 'prepared') return 'created';
  if (state === 'running') return 'running';
  return state.startsWith('exited') ? 'exited' : 'unknown';
}

/** `NAME:VERSION` of an app's image, as the tables show it. */
export function imageTitle(pod: PodStatus, app: PodApp): string {
  const manifest = appImageManifest(pod, app.name);
  const name = typeof manifest?.['name'] === 'string' ? manifest['name'] : (app.image.name ?? '');
  const labels = Array.isArray(manifest?.['labels'])
    ? (manifest['labels'] as readonly unknown[])
    : (app.image.labels ?? []);
  const version = labels.find((label) => (label as { name?: unknown }).name === 'version') as
    { value?: unknown } | undefined;
  return typeof version?.value === 'string' ? `${name}:${version.value}` : name;
}
