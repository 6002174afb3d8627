import { RktFailure } from '../embedded-context.ts';
import { parseGoJson } from '../go-json.ts';
import { parseManifestApp, type ManifestApp, type ManifestPair } from '../manifest/aci-manifest.ts';
import { acNameProblem } from '../names.ts';

/** A volume of a pod, in the key order rkt prints. */
export interface PodVolume {
  readonly name: string;
  readonly kind: 'host' | 'empty';
  readonly source?: string;
  readonly readOnly?: boolean;
  readonly recursive?: boolean;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A mount of a volume into an app; `appVolume` may bring its own volume along. */
export interface PodMount {
  readonly volume: string;
  readonly path: string;
  readonly appVolume?: PodVolume;
}

/** An image as a pod refers to it. */
export interface PodImage {
  readonly name?: string;
  readonly id: string;
  readonly labels?: readonly ManifestPair[];
}

/** One app of a pod. */
export interface PodApp {
  readonly name: string;
  readonly image: PodImage;
  readonly app?: ManifestApp;
  readonly readOnlyRootFS?: boolean;
  readonly mounts?: readonly PodMount[];
  readonly annotations?: readonly ManifestPair[];
}

/** A port of the pod on the host. */
export interface PodPort {
  readonly name: string;
  readonly hostPort: number;
  readonly hostIP?: string;
}

/** The pod manifest, in the key order rkt prints. */
export interface PodManifest {
  readonly acVersion: string;
  readonly acKind: 'PodManifest';
  readonly apps: readonly PodApp[];
  readonly volumes: readonly PodVolume[] | null;
  readonly isolators: readonly unknown[] | null;
  readonly annotations: readonly ManifestPair[] | null;
  readonly ports: readonly PodPort[] | null;
  readonly userAnnotations?: Readonly<Record<string, string>>;
  readonly userLabels?: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Parses and validates a pod manifest.
 *
 * @throws RktFailure with the message rkt gives for the first thing wrong
 */
export function parsePodManifest(text: string): PodManifest {
  const root = asObject(parseGoJson(text));
  if (root['acKind'] !== 'PodManifest') throw new RktFailure('missing or bad ACKind (must be "PodManifest")');
  const acVersion = asText(root['acVersion']);
  if (acVersion === '') throw new RktFailure('acVersion must be set');
  const manifest: PodManifest = {
    acVersion,
    acKind: 'PodManifest',
    apps: asArray(root['apps']).map(parseApp),
    volumes: nullable(root['volumes'], parseVolume),
    isolators: nullable(root['isolators'], (value) => value),
    annotations: nullable(root['annotations'], parsePair),
    ports: nullable(root['ports'], parsePort),
    ...texts('userAnnotations', root['userAnnotations']),
    ...texts('userLabels', root['userLabels']),
  };
  checkUnique(manifest);
  return manifest;
}

/** @throws RktFailure for doubled volume names, in the words of rkt's encoder */
export function checkUnique(manifest: PodManifest): void {
  const names = (manifest.volumes ?? []).map((volume) => volume.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RktFailure(`duplicate volume name ${JSON.stringify(twice)}`);
}

function parseApp(value: unknown): PodApp {
  const app = asObject(value);
  const name = asText(app['name']);
  const problem = acNameProblem(name);
  if (problem !== undefined) throw new RktFailure(problem);
  const image = asObject(app['image']);
  const id = asText(image['id']);
  if (!/^sha512-[0-9a-f]{2,128}$/.test(id)) throw new RktFailure(`bad image ID ${JSON.stringify(id)}`);
  return {
    name,
    image: {
      ...(typeof image['name'] === 'string' ? { name: image['name'] } : {}),
      id,
      ...(Array.isArray(image['labels']) ? { labels: image['labels'].map(parsePair) } : {}),
    },
    ...(app['app'] === undefined || app['app'] === null ? {} : { app: parseManifestApp(app['app']) }),
    ...(app['readOnlyRootFS'] === true ? { readOnlyRootFS: true } : {}),
    ...list('mounts', app['mounts'], parseMount),
    ...list('annotations', app['annotations'], parsePair),
  };
}

function parseMount(value: unknown): PodMount {
  const mount = asObject(value);
  const own = mount['appVolume'];
  return {
    volume: asText(mount['volume']),
    path: asText(mount['path']),
    ...(own === undefined || own === null ? {} : { appVolume: parseVolume(own) }),
  };
}

function parseVolume(value: unknown): PodVolume {
  const volume = asObject(value);
  const kind = volume['kind'];
  if (kind !== 'host' && kind !== 'empty') {
    throw new RktFailure('unrecognized volume kind: should be one of "empty", "host"');
  }
  return {
    name: asText(volume['name']),
    kind,
    ...(typeof volume['source'] === 'string' ? { source: volume['source'] } : {}),
    ...(typeof volume['readOnly'] === 'boolean' ? { readOnly: volume['readOnly'] } : {}),
    ...(typeof volume['recursive'] === 'boolean' ? { recursive: volume['recursive'] } : {}),
    ...(typeof volume['mode'] === 'string' ? { mode: volume['mode'] } : {}),
    ...(typeof volume['uid'] === 'number' ? { uid: volume['uid'] } : {}),
    ...(typeof volume['gid'] === 'number' ? { gid: volume['gid'] } : {}),
  };
}

function parsePort(value: unknown): PodPort {
  const port = asObject(value);
  const hostPort = port['hostPort'];
  if (typeof hostPort !== 'number') throw new RktFailure('a port of the pod has no hostPort');
  const hostIP = port['hostIP'];
  return { name: asText(port['name']), hostPort, ...(typeof hostIP === 'string' ? { hostIP } : {}) };
}

function parsePair(value: unknown): ManifestPair {
  const pair = asObject(value);
  return { name: asText(pair['name']), value: asText(pair['value']) };
}

function asObject(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new RktFailure('invalid pod manifest: object expected');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function nullable<T>(value: unknown, parse: (entry: unknown) => T): readonly T[] | null {
  return Array.isArray(value) ? value.map(parse) : null;
}

function list<T>(
  key: string,
  value: unknown,
  parse: (v: unknown) => T,
): Readonly<Record<string, readonly T[]>> {
  return Array.isArray(value) && value.length > 0 ? { [key]: value.map(parse) } : {};
}

function texts(key: string, value: unknown): Readonly<Record<string, Readonly<Record<string, string>>>> {
  if (typeof value !== 'object' || value === null) return {};
  return { [key]: Object.fromEntries(Object.entries(value).map(([name, text]) => [name, asText(text)])) };
}
