import { readFileSync } from 'node:fs';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { parseImageManifest } from '../manifest/aci-manifest.ts';
import type { ImageManifest, ManifestPair } from '../manifest/aci-manifest.ts';
import { acIdentifierProblem } from '../names.ts';
import type { StorePaths } from './paths.ts';
import type { ImageRecord } from './store-records.ts';
import { readRecords } from './store-records.ts';

/** An image in the store. */
export interface StoredImage {
  /** `sha512-` and 64 hex digits. */
  readonly id: string;
  readonly manifest: ImageManifest;
  readonly name: string;
  readonly labels: readonly ManifestPair[];
  /** When it was imported, ms since the epoch. */
  readonly importedAtMs: number;
}

/** `NAME[:VERSION][,LABEL=VALUE…]`, taken apart. */
export interface ImageName {
  readonly name: string;
  readonly labels: readonly ManifestPair[];
}

const PREFIX = 'sha512-';
const ID_LENGTH = PREFIX.length + 64;

/** True for what rkt takes as an image hash. */
export function isHash(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Takes an image name apart. @throws RktFailure when the name is not an AC identifier */
export function parseImageName(text: string): ImageName {
  const [first = '', ...pairs] = text.split(',');
  const colon = first.indexOf(':');
  const name = colon < 0 ? first : first.slice(0, colon);
  const problem = acIdentifierProblem(name);
  if (problem !== undefined) throw new RktFailure(problem);
  const version = colon < 0 ? [] : [{ name: 'version', value: first.slice(colon + 1) }];
  const labels = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) throw new RktFailure(`invalid image string ${JSON.stringify(text)}`);
    return { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
  return { name, labels: [...version, ...labels] };
}

/** An image name as {@link parseImageName} reads it. */
export function formatImageName({ name, labels }: ImageName): string {
  const version = labels.find((label) => label.name === 'version');
  const others = labels.filter((label) => label !== version).map((label) => `,${label.name}=${label.value}`);
  return `${name}${version === undefined ? '' : `:${version.value}`}${others.join('')}`;
}

/** The id of the one image whose id begins so. @throws RktFailure */
export function resolveId(paths: StorePaths, text: string): string {
  if (text.length < PREFIX.length + 2) throw new RktFailure('image ID too short');
  const prefix = text.slice(0, ID_LENGTH);
  const matches = readRecords(paths).filter(({ id }) => id.startsWith(prefix));
  if (matches.length > 1) throw new RktFailure(`ambiguous image ID: ${JSON.stringify(prefix)}`);
  if (matches[0] === undefined) throw new RktFailure('no image IDs found');
  return matches[0].id;
}

/** The most recently imported image of that name with all those labels. */
export function findByName(paths: StorePaths, wanted: ImageName): StoredImage | undefined {
  const candidates = readRecords(paths)
    .filter(({ name }) => name === wanted.name)
    .reverse();
  for (const record of candidates) {
    const image = loadRecord(paths, record);
    const has = ({ name, value }: ManifestPair) =>
      image.labels.some((label) => label.name === name && label.value === value);
    if (wanted.labels.every(has)) return image;
  }
  return undefined;
}

/** An image by its full id. @throws RktFailure */
export function loadImage(paths: StorePaths, id: string): StoredImage {
  const record = readRecords(paths).find((candidate) => candidate.id === id);
  if (record === undefined) throw new RktFailure('no image IDs found');
  return loadRecord(paths, record);
}

/** An image by id, by the beginning of its id, or by name: what the `image` commands take. @throws RktFailure */
export function lookUp(paths: StorePaths, text: string): StoredImage {
  if (isHash(text)) return loadImage(paths, resolveId(paths, text));
  const wanted = parseImageName(text);
  const image = findByName(paths, wanted);
  if (image !== undefined) return image;
  const labels = wanted.labels.map(({ name, value }) => `{${name} ${value}}`).join(' ');
  throw new RktFailure(
    `cannot find aci satisfying name: ${JSON.stringify(wanted.name)} and labels: [${labels}] in the local store`,
  );
}

function loadRecord(paths: StorePaths, record: ImageRecord): StoredImage {
  const file = paths.manifest(record.id);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new RktFailure('error reading image manifest', [systemErrorText('open', file, error)]);
  }
  const manifest = parseImageManifest(text);
  const { id, importedAtMs } = record;
  return { id, manifest, name: manifest.name, labels: manifest.labels ?? [], importedAtMs };
}

/** Name of an image with its version, if it has one: `example.com/app:1.0.0`. */
export function readImageName(paths: StorePaths, record: ImageRecord): string {
  const { name, labels } = loadRecord(paths, record);
  const version = labels.find((label) => label.name === 'version')?.value;
  return version === undefined ? name : `${name}:${version}`;
}
