import { RktFailure } from '../embedded-context.ts';
import { JsonSyntaxFailure, parseGoJson } from '../go-json.ts';
import { acIdentifierProblem } from '../names.ts';
import { parseManifestApp } from './app-section-rules.ts';
import { checkManifestPlatform } from './aci-platform.ts';
import type { ImageManifest, ManifestDependency, ManifestPair } from './manifest-types.ts';
import {
  checkUnique,
  listOf,
  numberAt,
  optional,
  pairsAt,
  recordOf,
  stringAt,
  stringsOf,
} from './manifest-values.ts';

export { checkApp, parseManifestApp } from './app-section-rules.ts';
export type * from './manifest-types.ts';

const SEMVER = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Parses and validates an image manifest. Unknown keys are dropped; the result has rkt's key order.
 *
 * @throws RktFailure with the message rkt gives for the first thing wrong
 */
export function parseImageManifest(text: string): ImageManifest {
  const json = recordOf(readJson(text), 'ImageManifest');
  if (json['acKind'] !== 'ImageManifest')
    throw new RktFailure('missing or bad ACKind (must be "ImageManifest")');
  const acVersion = stringAt(json, 'acVersion');
  if (acVersion === '') throw new RktFailure('acVersion must be set');
  if (!SEMVER.test(acVersion)) throw new RktFailure(`${acVersion} is not in dotted-tri format`);
  if (/^0+\.0+\.0+$/.test(acVersion)) throw new RktFailure('SemVer cannot be zero');
  const name = identifier(stringAt(json, 'name'));
  return {
    acKind: 'ImageManifest',
    acVersion,
    name,
    ...optional('labels', json['labels'], () => parseLabels(json)),
    ...optional('app', json['app'], (app) => parseManifestApp(app)),
    ...optional('annotations', json['annotations'], () => parseAnnotations(json)),
    ...optional('dependencies', json['dependencies'], parseDependencies),
    ...optional('pathWhitelist', json['pathWhitelist'], (list) => stringsOf(list, 'pathWhitelist')),
  };
}

function readJson(text: string): unknown {
  try {
    return parseGoJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxFailure) throw new RktFailure(pointAt(text, error));
    throw error;
  }
}

/** rkt shows the line of the manifest with a caret under the fault. */
function pointAt(text: string, { offset, message }: JsonSyntaxFailure): string {
  const before = Buffer.from(text).subarray(0, offset).toString();
  const line = before.split('\n').length;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  const shown = text.split('\n')[line - 1] ?? '';
  const number = String(line).padStart(5);
  return `\nError at line ${line}, column ${column}\n${number}: ${shown}\n${' '.repeat(column + 5)}^\n${message}`;
}

function identifier(text: string): string {
  const problem = acIdentifierProblem(text);
  if (problem !== undefined) throw new RktFailure(problem);
  return text;
}

/** Labels of an image or of a dependency, with known os and arch. */
function parseLabels(json: Readonly<Record<string, unknown>>): readonly ManifestPair[] {
  const labels = pairsAt(json, 'labels');
  for (const { name } of labels) {
    if (name === 'name') throw new RktFailure('invalid label name: "name"');
    identifier(name);
  }
  checkUnique(labels, (name) => `duplicate labels of name ${JSON.stringify(name)}`);
  checkManifestPlatform(labels);
  return labels;
}

function parseAnnotations(json: Readonly<Record<string, unknown>>): readonly ManifestPair[] {
  const annotations = pairsAt(json, 'annotations');
  for (const { name, value } of annotations) {
    identifier(name);
    if (name === 'created' && !isTime(value)) {
      throw new RktFailure(
        `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse`,
      );
    }
    if (['homepage', 'documentation'].includes(name) && !/^https?:/i.test(value)) {
      throw new RktFailure(`bad URL scheme, must be http/https: ${value}`);
    }
  }
  checkUnique(annotations, (name) => `duplicate annotations of name ${JSON.stringify(name)}`);
  return annotations;
}

/** A time of a day that there is. */
function isTime(text: string): boolean {
  const [, year, month, day] = RFC3339.exec(text) ?? [];
  const date = new Date(`${year}-${month}-01T00:00:00Z`);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return !Number.isNaN(date.getTime()) && Number(day) >= 1 && Number(day) <= days;
}

function parseDependencies(value: unknown): readonly ManifestDependency[] {
  return listOf(value, 'dependencies').map((entry) => {
    const json = recordOf(entry, 'Dependency');
    const imageName = stringAt(json, 'imageName');
    if (imageName === '') throw new RktFailure('imageName cannot be empty');
    return {
      imageName: identifier(imageName),
      ...optional('imageID', json['imageID'], () => hash(stringAt(json, 'imageID'))),
      ...optional('labels', json['labels'], () => parseLabels(json)),
      ...optional('size', numberAt(json, 'size'), Number),
    };
  });
}

/** As in appc: rkt finds an image by any prefix of its id. */
function hash(text: string): string {
  const [type = '', value, ...rest] = text.split('-');
  if (value === undefined || rest.length > 0) throw new RktFailure('badly formatted hash string');
  if (type === '') throw new RktFailure('unexpected empty hash type');
  if (type !== 'sha512') throw new RktFailure(`unrecognized hash type: ${type}`);
  if (value === '') throw new RktFailure('unexpected empty hash value');
  return text;
}
